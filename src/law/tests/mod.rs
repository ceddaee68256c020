//! Properties of the law as a whole.
