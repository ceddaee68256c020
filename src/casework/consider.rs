//! A request is put to the law before it is made, so that a person sees what stands against it while they still write.

use uuid::Uuid;

use super::request::{Request, drafter};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::Reason;

impl Service {
    /// Whether somebody may record anything in a case; the policy says why not.
    ///
    /// # Errors
    /// When there is no such case for them, when they may not, or when the store cannot be read.
    pub async fn may_act(&self, caller: &Caller, case: Uuid) -> Result<(), CaseworkError> {
        self.load(caller, case, Action::ActInCase).await.map(drop)
    }

    /// Asks the law what it would say to a request, and keeps nothing but the leaf that it was asked. Gives the warnings
    /// with which it would be accepted.
    ///
    /// # Errors
    /// As [`Service::proceed`], but for a conflict.
    pub async fn consider(
        &self,
        caller: &Caller,
        case: Uuid,
        request: &Request,
    ) -> Result<Vec<Reason>, CaseworkError> {
        let loaded = self.load(caller, case, Action::ActInCase).await?;
        if let Some(drafter) = drafter(&loaded.file, request)
            && let Err(denial) = self.permit_approval(caller, &loaded, drafter)
        {
            return Err(self.denied(caller, denial).await);
        }
        match self.judge(caller, &loaded, request) {
            Ok((_, accepted)) => {
                let note = Note::under(caller, "case.consider", &loaded.permit, self.now());
                self.write_aside(Note { case: Some(case), ..note }).await?;
                Ok(accepted.warnings)
            }
            Err(refusal) => {
                self.note_refusal(caller, &loaded, &refusal).await?;
                Err(refusal.into())
            }
        }
    }
}
