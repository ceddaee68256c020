//! The types of the case file, shared by every layer above. Knows nothing of law, storage or people's rights to see it.

pub mod child;
pub mod decision;
mod filter;
pub mod text;
pub mod value;

pub use child::{Child, Offence, Sex};
pub use decision::{Alternative, Decision, Sanction};
pub use filter::{Filter, Part, Post};
pub use text::Text;
pub use value::Value;
