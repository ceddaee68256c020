//! Faults put into a sound pack, one at a time; each must be found.
