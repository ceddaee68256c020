//! The only SQL in the house: one code path for SQLite and PostgreSQL.
//!
//! A change is a value ([`WriteSet`]): use cases load, ask the law and encrypt, then hand over everything that is to
//! be kept together with its ledger leaves, and [`commit`] keeps all of it or none. One writer an instance groups
//! waiting changes into one durable commit. On SQLite that appends their leaves to the tree; on PostgreSQL, where several
//! instances write, they go to an outbox, and one [`sequencer`] at a time moves them into the tree.

mod accounts;
mod alarms;
mod assessments;
mod assignments;
pub mod audit;
mod beside;
mod change;
mod copies;
pub mod credentials;
mod error;
mod items;
mod keys;
mod ledger;
mod list;
mod load;
mod measures;
mod migrate;
mod outbox;
mod outcomes;
mod read;
mod readers;
mod records;
mod reseal;
mod rows;
mod sent;
pub mod sequencer;
pub mod sessions;
mod side;
mod staff;
mod table;
mod trail;
mod transfers;
mod voices;
mod work;
mod worklist;
mod write;
mod writer;

pub use accounts::{
    account, account_by_login, account_by_token, accounts, insert_account, insert_office, insert_token,
    offices, revoke_tokens, roles_of,
};
pub use alarms::{
    Lease, MissRow, answer_miss, find_miss, fire, give_back_lease, hold_lease, is_fired, kept_away, lease,
    miss, misses_of, oldest_to_tell, standing_in, take_lease, tell_next, work_to_tell,
};
pub use assessments::{
    AssessmentPartRow, AssessmentRow, AssessmentStepRow, add_assessment, add_assessment_step, assessment,
    assessment_draft, assessment_steps, assessment_versions, assessments_of, change_assessment,
    put_assessment_part,
};
pub use assignments::{
    ExclusionRow, add_exclusion, assignments_of, caseload, caseload_size, exclusions_of, is_excluded,
    lift_exclusion,
};
pub use beside::{Beside, BesideRow, beside};
pub use change::{WriteSet, commit};
pub use copies::{CopyRow, add_copy, copies_of, recall_copy};
pub use error::StoreError;
pub use items::{ItemRow, items_of, lift_item, propose_item, seal_item};
pub use keys::{CaseKeyCursor, KeyDb};
pub use ledger::{
    StoredLeafRow, all_leaves_of_case, checkpoints, insert_checkpoint, latest_checkpoint, leaf, leaves,
    leaves_of_case, ledger_head, load_hashes,
};
pub use list::list_cases;
pub use load::{CaseLoad, LoadOf, WorkLoad, case_load, work_load};
pub use measures::{
    LinkRow, MeasureRow, MeasureStepRow, VisitRow, add_link, add_measure, add_measure_step, case_numbered,
    change_measure, end_link, end_other_link, links_of, measure, measure_steps, measures_of, put_visits,
    visits_at,
};
pub use outbox::{
    OutboxRow, claim, contact, drop_contact, drop_feed, end_sending, feed, feed_of, outbox, outbox_waiting,
    set_contact, set_feed, sweep_outbox, to_person, to_webhook, try_again,
};
pub use outcomes::{
    CountRow, Counted, OutcomeRow, cases_of_unknown_outcome, count_outcomes, outcome_is_known, put_outcome,
    reclass_outcomes, unlink_outcomes,
};
pub use read::{
    Candidate, EventsBack, candidates, case_count, cases_by_pack, child_of_numbered, children_helped_by,
    children_of, clocks_of, events_back, events_of, find_case, find_idempotency, is_untouched, page_cases,
    people_of, ping, recorders_of, tags_of_person,
};
pub use records::{
    CertificateRow, GrantRow, QueryRow, cases_to_seal, find_certificate, find_query, granted_cases,
    grants_of, lapsed_queries, page_queries,
};
pub use reseal::{
    BEGUN, Expunge, KEPT_PHASE, Reseal, answers_of, begin_reseal, details_of, end_reseal, find_reseal,
    leaf_details_of, page_tombstones, reseals_left, take_over,
};
pub use rows::{
    AccountRoleRow, AccountRow, AssignmentRow, CaseHead, CaseRow, ClockRow, DetailRow, EventRow,
    IdempotencyRow, LeafDraft, OfficeRow, PersonRow, ResealingRow, TagRow, TokenRow, TombstoneRow,
    chain_events, chain_people, clock_digests, details_digest, tags_digest,
};
pub use sent::{SentRow, find_sent, forget_sent, keep_sent, sent_led};
pub use side::Side;
pub use staff::{
    DeputyRow, Marks, RoleChangeRow, accounts_at, add_account, add_deputy, add_office, decide_role_change,
    deputies_for, deputy, end_deputy, end_role, end_sessions, grant_role, holders, marks_of,
    open_role_changes, propose_role_change, role_change, role_changes_of, set_account_state, works_at,
};
pub use trail::{LeafFilter, LeavesAbout, leaves_about};
pub use transfers::{
    EmergencyRow, NoticeRow, TransferRow, answer_transfer, break_glass, emergency, left_unreviewed,
    mark_notice_read, notices, notify, offer_transfer, open_transfers, review_emergency, see_assignment,
    transfer, transfers_of, unreviewed,
};
pub use voices::{
    ComplaintRow, VoiceRow, add_complaint, add_voice, answer_complaint, complaint, complaints_of,
    set_answerer, voices_of,
};
pub use work::{Absent, Db, StoreUrl};
pub use worklist::{
    Desk, WorkHit, WorkPage, WorkPlace, WorkRow, cases_of_unknown_work, close_work, close_work_of_kind,
    find_work, list_work, put_work, renew_work, see_work, work_is_known,
};
pub use write::Write;
