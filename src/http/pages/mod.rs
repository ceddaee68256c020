//! Pages for people: HTML made on the server, complete without a script. A sibling of [`super::api`]; every page is made
//! of the same use cases, which ask the policy and leave their leaf in the ledger.
//!
//! * `routes`: every page, with what it asks. `page`: what every page has. `explain`: a problem as a page.
//! * `once`: a form does what it does once, however often it is sent.
//! * `texts`: every word; `lang`: the language. `form`: what was typed. `files`: style and script.
//! * `sign_in`, `account`: who somebody is. `work`: what is to be done. `cases`: lists and search. `case`, `timeline`, `journal`: one case.
//! * `act`: something is done in a case; `fields`: its form. `open`: a case is opened. `people`: who is in it.
//! * `papers`: forms that are written about a child, and what is the child's own.
//! * `missed`: answers for what was missed. `team`: whose work it is. `audit`: who looked. `office`: what is beside cases.
//! * `outcomes`: what cases came to; `plot`: drawn.
//! * `records`: what is to be sealed, and what is asked about it; `items`: single entries. `desk`: the form they share.
//! * `transfers`: a case goes to another office. `apart`: conflicts of interest and emergencies. `tokens`: for programs.
//! * `staffing`: one person who works here, and a new office.
//! * `desk_texts`: the words of these.

#![expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::ref_option,
    clippy::unused_self,
    reason = "templates call methods and hand over fields by reference"
)]

mod account;
mod act;
mod apart;
mod audit;
mod case;
mod cases;
mod copies;
mod desk;
mod desk_texts;
mod explain;
mod facts;
mod fields;
mod files;
mod form;
mod items;
mod journal;
mod lang;
mod ledger;
mod measure_acts;
mod measures;
mod missed;
mod office;
mod once;
mod open;
mod outcomes;
mod page;
mod papers;
mod people;
mod people_acts;
mod plot;
mod records;
mod routes;
mod sign_in;
mod small;
mod staffing;
mod team;
mod texts;
mod timeline;
mod tokens;
mod transfers;
mod work;

pub(super) use explain::explain;
pub(super) use once::{Forms, once};
pub use routes::PAGES;
