//! The only SQL in the house: one code path for SQLite and PostgreSQL.
//!
//! A change is a value ([`WriteSet`]): use cases load, ask the law and encrypt, then hand over everything that is to
//! be kept together with its ledger leaves, and [`commit`] keeps all of it or none. One writer an instance groups
//! waiting changes into one durable commit. On SQLite that appends their leaves to the tree; on PostgreSQL, where several
//! instances write, they go to an outbox, and one [`sequencer`] at a time moves them into the tree.

mod accounts;
mod assignments;
pub mod audit;
mod change;
pub mod credentials;
mod error;
mod keys;
mod ledger;
mod list;
mod migrate;
mod read;
mod readers;
mod rows;
pub mod sequencer;
pub mod sessions;
mod side;
mod staff;
mod table;
mod transfers;
mod work;
mod write;
mod writer;

pub use accounts::{
    account, account_by_login, account_by_token, accounts, insert_account, insert_office, insert_token,
    offices, revoke_tokens, roles_of,
};
pub use assignments::{
    ExclusionRow, add_exclusion, assignments_of, caseload, caseload_size, exclusions_of, is_excluded,
    lift_exclusion,
};
pub use change::{WriteSet, commit};
pub use error::StoreError;
pub use keys::{CaseKeyCursor, KeyDb};
pub use ledger::{
    StoredLeafRow, all_leaves_of_case, checkpoints, insert_checkpoint, latest_checkpoint, leaf, leaves,
    leaves_of_case, ledger_head, load_hashes,
};
pub use list::list_cases;
pub use read::{
    Candidate, candidates, case_count, clocks_of, events_of, find_case, find_idempotency, is_untouched,
    page_cases, people_of, ping, tags_of_person,
};
pub use rows::{
    AccountRoleRow, AccountRow, AssignmentRow, CaseHead, CaseRow, ClockRow, EventRow, IdempotencyRow,
    LeafDraft, OfficeRow, PersonRow, TagRow, TokenRow, chain_events, chain_people, clock_digests,
    tags_digest,
};
pub use side::Side;
pub use staff::{
    DeputyRow, Marks, RoleChangeRow, accounts_at, add_account, add_deputy, add_office, decide_role_change,
    deputies_for, deputy, end_deputy, end_role, end_sessions, grant_role, holders, marks_of,
    open_role_changes, propose_role_change, role_change, role_changes_of, set_account_state,
};
pub use transfers::{
    EmergencyRow, NoticeRow, TransferRow, answer_transfer, break_glass, emergency, mark_notice_read, notices,
    notify, offer_transfer, open_transfers, review_emergency, transfer, transfers_of, unreviewed,
};
pub use work::{Db, StoreUrl};
pub use write::Write;
