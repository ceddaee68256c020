//! Measures at liberty: what a pack offers ([`Measures`]), how one goes for one child ([`Course`]), and whether a step may
//! be taken ([`take`]). The rights of the floor stand under each step; no step leads to custody.

mod compile;
mod course;
mod ends;
mod judge;
mod limits;
mod model;
mod moves;
mod offered;
mod says;
pub mod source;
mod step;
#[cfg(test)]
mod tests;
mod visits;
mod watch;

pub use course::{
    Aftercare, Asked, Attendance, Breach, Correction, Course, Kept, Missed, Plan, Reply, Schooling, Terms,
    Visit,
};
pub use judge::{At, Clash, propose, take};
pub use model::{Condition, Contact, Ground, Measure, Measures, Period, Response, Revocation};
pub use moves::move_to;
pub use offered::{Act, Offered, offered};
pub use step::{
    Alternative, Answered, Bound, CancelVisit, ChangeTerms, CorrectVisit, Decide, Goal, Heard, KeepVisit,
    MakePlan, Met, MissVisit, Moved, NewBreach, NewVisit, PlanAftercare, Proposal, Reasons, Respond,
    SchoolNote, Start, Step, Supervise, Suspend, TakeBack, WrittenAs,
};
pub use watch::{Glance, glance};
