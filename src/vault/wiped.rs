//! Opened text that is wiped when it is dropped.

use std::ops::{Deref, DerefMut};
use zeroize::Zeroize as _;

/// Bytes that are overwritten with zeros when dropped, all that was ever allocated for them. Like
/// [`zeroize::Zeroizing`], but eight bytes at a time: opened case files are long, and there are several to an act.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wiped(Vec<u8>);

impl Wiped {
    /// Bytes that are wiped from now on. What a growing buffer left behind on the heap is not.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    fn wipe(&mut self) {
        self.0.resize(self.0.capacity(), 0);
        let (head, words, tail) = bytemuck::pod_align_to_mut::<u8, u64>(&mut self.0);
        head.zeroize();
        words.zeroize();
        tail.zeroize();
    }
}

impl Deref for Wiped {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::Wiped;

    #[test]
    fn every_byte_that_was_allocated_is_zero_afterwards() {
        for length in [0, 1, 7, 8, 9, 1000] {
            let mut bytes = Wiped::new(vec![0xa5; length]);
            bytes.truncate(length / 2);
            bytes.wipe();
            assert!(bytes.len() >= length && bytes.iter().all(|byte| *byte == 0), "{length}");
        }
    }
}
