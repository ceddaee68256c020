//! A caseload moves to others when somebody leaves.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::assign::{MOST_AT_ONCE, Place};
use super::proceed::Done;
use super::trail::Caller;
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::Reason;
use crate::record::Text;
use crate::store::{self, CaseRow, StoreError};

/// Cases read at a time.
const PAGE: i64 = 50;

/// To whom a caseload moves.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HandOver {
    /// Sign-in name of the person to whom every case goes that is not named below.
    pub to: Option<String>,
    /// Cases that go to somebody else.
    pub cases: Vec<CaseTo>,
}

/// A case and to whom it goes.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseTo {
    /// The case.
    pub case: Uuid,
    /// Sign-in name.
    pub to: String,
}

/// What came of a hand-over.
#[derive(Debug)]
pub struct HandedOver {
    /// Each case that was tried, and what came of it.
    pub cases: Vec<(Uuid, Result<Done, CaseworkError>)>,
    /// Cases, none of them sealed, to which the person is still assigned. The same request goes on with them.
    pub left: i64,
}

impl Service {
    /// Moves every assignment of somebody to others, case by case: each is one change with its leaf. After a break the
    /// same request goes on with what is left. Drafts that the person made stay, marked as a predecessor's.
    ///
    /// # Errors
    /// `NotFound` for an unknown account; `Invalid` when nobody is named. What stands against a case is in its result.
    pub async fn hand_over(
        &self,
        caller: &Caller,
        account: Uuid,
        request: &HandOver,
    ) -> Result<HandedOver, CaseworkError> {
        if request.to.is_none() && request.cases.is_empty() {
            let text = Text::new("请写明移交给谁", "say to whom");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_MISSING", text).on("/to")]));
        }
        if store::account(self.db(), account).await?.is_none() {
            return Err(CaseworkError::NotFound);
        }
        let mut cases = Vec::new();
        let mut after = Uuid::nil();
        'pages: loop {
            let page = store::caseload(self.db(), account, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for row in &page {
                let named = request.cases.iter().find(|named| named.case == row.id).map(|named| &named.to);
                let Some(to) = named.or(request.to.as_ref()) else { continue };
                // Where one case is not theirs to hand over, nothing is said of it.
                match self.hand_over_case(caller, row, account, to).await {
                    Err(CaseworkError::NotFound) => continue,
                    result => cases.push((row.id, result)),
                }
                if cases.len() >= MOST_AT_ONCE {
                    break 'pages;
                }
            }
        }
        let left = store::caseload_size(self.db(), account).await?;
        Ok(HandedOver { cases, left })
    }

    async fn hand_over_case(
        &self,
        caller: &Caller,
        row: &CaseRow,
        account: Uuid,
        to: &str,
    ) -> Result<Done, CaseworkError> {
        let _turn = self.turn(row.id).await;
        let loaded = self.load(caller, row.id, Action::Assign).await?;
        let mut wanted = Vec::new();
        for place in Place::ALL {
            if place.of(&loaded.row) == Some(account) {
                wanted.push((place, Some(self.fit_for(&loaded.row, place, to).await?)));
            }
        }
        match self.place(caller, loaded, &wanted, "case.handover", Vec::new(), None).await {
            Err(CaseworkError::Store(StoreError::Conflict)) => Err(CaseworkError::Conflict { current: 0 }),
            done => done,
        }
    }
}
