//! Opened text that is wiped when it is dropped.

use serde::Serialize;
use std::ops::{Deref, DerefMut};
use zeroize::Zeroize as _;

/// As much as most case files take as JSON, so that they are written without growing.
const MOST: usize = 8 * 1024;

/// Bytes that are overwritten with zeros when dropped, all that was ever allocated for them. Like
/// [`zeroize::Zeroizing`], but eight bytes at a time: opened case files are long, and there are several to an act.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wiped(Vec<u8>);

impl Wiped {
    /// Bytes that are wiped from now on. What a growing buffer left behind on the heap is not.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// A value as JSON, of which nothing is left behind.
    ///
    /// # Errors
    /// What the value says of being written, as with [`serde_json::to_writer`].
    pub fn json(value: &impl Serialize) -> serde_json::Result<Self> {
        let mut bytes = Self(Vec::with_capacity(MOST));
        serde_json::to_writer(&mut bytes, value)?;
        Ok(bytes)
    }

    fn wipe(&mut self) {
        self.0.resize(self.0.capacity(), 0);
        let (head, words, tail) = bytemuck::pod_align_to_mut::<u8, u64>(&mut self.0);
        head.zeroize();
        words.zeroize();
        tail.zeroize();
    }
}

/// Where it grows, what it grew out of is wiped.
impl std::io::Write for Wiped {
    fn write(&mut self, more: &[u8]) -> std::io::Result<usize> {
        self.write_all(more).map(|()| more.len())
    }

    #[inline]
    fn write_all(&mut self, more: &[u8]) -> std::io::Result<()> {
        let length = self.0.len() + more.len();
        if length > self.0.capacity() {
            let mut grown = Vec::with_capacity(length.next_power_of_two());
            grown.extend_from_slice(&self.0);
            *self = Self(grown);
        }
        self.0.extend_from_slice(more);
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
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
    fn a_value_of_any_length_is_written_whole() {
        for length in [0, 10, super::MOST - 3, super::MOST, 5 * super::MOST] {
            let value = vec!["x".repeat(length), "林".repeat(length)];
            assert_eq!(**Wiped::json(&value).unwrap(), serde_json::to_vec(&value).unwrap(), "{length}");
        }
    }

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
