//! Names of colleagues, for whoever sees their work: who recorded an entry, who leads a case.

use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use super::accounts::name_place;
use super::{CaseworkError, Service};
use crate::store;

impl Service {
    /// The names of accounts, as far as there are such. Who works here is no secret among those who work here; a page
    /// asks only for people whom a use case has already named to the same person.
    ///
    /// # Errors
    /// When the store cannot be read or a name not be opened.
    pub async fn names(
        &self,
        accounts: impl IntoIterator<Item = Uuid>,
    ) -> Result<BTreeMap<Uuid, String>, CaseworkError> {
        let mut names = BTreeMap::new();
        for id in accounts.into_iter().collect::<BTreeSet<_>>() {
            let Some(row) = store::account(self.db(), id).await? else { continue };
            let name = self.keys().keyring().open_domain(&name_place(id), &row.sealed_name)?;
            names.insert(id, String::from_utf8_lossy(&name).into_owned());
        }
        Ok(names)
    }

    /// Sign-in names and names of those who work on a case, for whoever says who of them something is about.
    ///
    /// # Errors
    /// As [`Service::names`].
    pub async fn sign_in_names(
        &self,
        accounts: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<(String, String)>, CaseworkError> {
        let mut known = Vec::new();
        for id in accounts.into_iter().collect::<BTreeSet<_>>() {
            let Some(row) = store::account(self.db(), id).await? else { continue };
            let name = self.keys().keyring().open_domain(&name_place(id), &row.sealed_name)?;
            known.push((row.login, String::from_utf8_lossy(&name).into_owned()));
        }
        Ok(known)
    }
}
