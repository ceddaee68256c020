//! A case is taken away for good: its rows, its tags, its keys. What remains is that it was, and by whose order.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::time::micros;
use super::trail::{Link, Note};
use super::{CaseworkError, Service, rows};
use crate::law::Reason;
use crate::law::pack::StaffRole;
use crate::ledger::{Hash, hex};
use crate::record::Text;
use crate::store::{self, CaseRow, Expunge, ResealingRow, TombstoneRow, WriteSet};

/// Letters of a confirmation.
const CODE: usize = 12;

/// An order to expunge, and who carries it out.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its number.
    pub number: String,
    /// Sign-in name of who asks for it.
    pub by: String,
    /// Sign-in name of the other person who confirms it.
    pub confirmed_by: String,
}

impl Service {
    /// What must be repeated to expunge a case as it stands now.
    ///
    /// # Errors
    /// `NotFound`; store errors.
    pub async fn expunge_code(&self, case: Uuid, number: &str) -> Result<String, CaseworkError> {
        let row = store::find_case(self.db(), case).await?.ok_or(CaseworkError::NotFound)?;
        Ok(code(&row, number))
    }

    /// Takes a case away. Its leaves stay, and the ledger still verifies; their details are under keys that are gone.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` when the code is not that of the case as it stands, or the two are not two different people
    /// of the records staff or chiefs of its office; `Conflict` when it changes meanwhile or goes under other keys.
    pub async fn expunge(&self, case: Uuid, order: &Order, confirm: &str) -> Result<(), CaseworkError> {
        let row = store::find_case(self.db(), case).await?.ok_or(CaseworkError::NotFound)?;
        if confirm != code(&row, &order.number) {
            let text = Text::new(
                "确认码与案件现状不符，请重新生成",
                "this is not the code of the case as it stands; ask for a new one",
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("CODE_WRONG", text).on("/confirm")]));
        }
        self.two_people(&row, order).await?;
        let intent = ResealingRow {
            case_id: case,
            holder: self.new_id(),
            // All keys go once it is kept; until then none was made.
            from_no: i64::MAX,
            to_no: -1,
            phase: store::BEGUN.to_owned(),
            at: micros(self.now()),
        };
        store::begin_reseal(self.db(), &intent).await?;
        let kept = self.expunge_claimed(row, order, &intent).await;
        self.end(&intent, kept.is_ok()).await;
        kept?;
        self.db().wipe_traces().await?;
        Ok(())
    }

    async fn expunge_claimed(
        &self,
        row: CaseRow,
        order: &Order,
        intent: &ResealingRow,
    ) -> Result<(), CaseworkError> {
        let keys = self.keys().db().find_case_keys(row.id).await?;
        let gone: Vec<Hash> = keys.iter().filter_map(|key| rows::hash(&key.commitment)).collect();
        let mut tombstone = TombstoneRow {
            case_id: row.id,
            order_no: order.number.clone(),
            ordered_by: order.by.clone(),
            confirmed_by: order.confirmed_by.clone(),
            at: micros(self.now()),
            keys: gone.concat(),
            cseq: row.cseq + 1,
            chain_head: Vec::new(),
        };
        let cseq =
            u64::try_from(tombstone.cseq).map_err(|_| CaseworkError::Corrupt { what: "ledger chain" })?;
        let previous = rows::hash(&row.chain_head);
        let link = Link { case: row.id, cseq, previous, state: tombstone.digest() };
        let note = Note { gone, ..self.operators_note("case.expunge") };
        let (leaf, head) = note.chained(&link)?;
        tombstone.chain_head = head.to_vec();
        let expunge = Expunge { holder: intent.holder, version: row.version, tombstone };
        let set = WriteSet { expunge: Some(Box::new(expunge)), leaves: vec![leaf], ..WriteSet::default() };
        Ok(store::commit(self.db(), set).await?)
    }

    async fn two_people(&self, row: &CaseRow, order: &Order) -> Result<(), CaseworkError> {
        let mut people = Vec::new();
        for login in [&order.by, &order.confirmed_by] {
            for role in [StaffRole::Records, StaffRole::Chief] {
                people.extend(
                    self.account_with_role_at(login, role, row.office_id).await?.map(|id| (login, id)),
                );
            }
        }
        let who = |login: &String| people.iter().find(|(of, _)| *of == login).map(|(_, id)| *id);
        match (who(&order.by), who(&order.confirmed_by)) {
            (Some(one), Some(other)) if one != other => Ok(()),
            _ => {
                let text = Text::new(
                    "须由本院两名不同的档案管理人员或者检察长分别提出和确认",
                    "two different people of the office's records staff or chiefs ask for it and confirm it",
                );
                Err(CaseworkError::Invalid(vec![Reason::engine("TWO_PERSONS", text).on("/confirmed_by")]))
            }
        }
    }
}

fn code(row: &CaseRow, number: &str) -> String {
    let digest = Sha256::new()
        .chain_update(b"tutela/expunge/v1\0")
        .chain_update(row.id.as_bytes())
        .chain_update(&row.chain_head)
        .chain_update(number.as_bytes())
        .finalize();
    hex(&digest).chars().take(CODE).collect()
}
