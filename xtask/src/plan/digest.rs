//! What a file holds, in 64 hexadecimal digits; that there is none is a state like any other.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What stands for a file that does not exist: no digest looks like it.
const ABSENT: &str = "absent";

/// The SHA-256 of some bytes, in hexadecimal, or that there is no file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        use fmt::Write;
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            let _ = write!(hex, "{byte:02x}");
        }
        Self(hex)
    }

    /// That of a file that does not exist.
    pub fn absent() -> Self {
        Self(ABSENT.to_owned())
    }

    /// Is there no file?
    pub fn is_absent(&self) -> bool {
        self.0 == ABSENT
    }

    /// Is it what was saved as these bytes? Of a file that does not exist nothing is saved.
    pub fn is_of(&self, saved: &[u8]) -> bool {
        if self.is_absent() { saved.is_empty() } else { *self == Self::of(saved) }
    }

    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sha256() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").as_str(), expected);
        assert!(Digest::absent().is_of(b"") && !Digest::of(b"").is_absent());
        assert!(!Digest::absent().is_of(b"abc") && Digest::of(b"abc").is_of(b"abc"));
    }
}
