//! Base64 as Exchange writes it: the standard alphabet, line breaks tolerated.
//!
//! Fed piece by piece, so that a large attachment is never in memory as text on this side as a whole.

/// A decoder between two pieces.
#[derive(Default)]
pub(crate) struct Decoder {
    bytes: Vec<u8>,
    bits: u32,
    letters: u32,
    padding: u32,
}

/// The text was not Base64.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotBase64;

impl Decoder {
    /// A decoder with room for what this many letters amount to.
    pub(crate) fn for_letters(letters: usize) -> Self {
        Self { bytes: Vec::with_capacity(letters / 4 * 3 + 3), ..Self::default() }
    }

    /// Decodes the next piece.
    pub(crate) fn feed(&mut self, piece: &[u8]) -> Result<(), NotBase64> {
        for &letter in piece {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'=' => {
                    self.padding += 1;
                    continue;
                }
                b'\r' | b'\n' | b' ' | b'\t' => continue,
                _ => return Err(NotBase64),
            };
            if self.padding > 0 {
                return Err(NotBase64);
            }
            self.bits = self.bits << 6 | u32::from(value);
            self.letters += 1;
            if self.letters == 4 {
                let [_, first, second, third] = self.bits.to_be_bytes();
                self.bytes.extend_from_slice(&[first, second, third]);
                self.bits = 0;
                self.letters = 0;
            }
        }
        Ok(())
    }

    /// The bytes, when the text was whole.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, NotBase64> {
        let bits = self.bits << (6 * (4 - self.letters));
        let [_, first, second, _] = bits.to_be_bytes();
        match (self.letters, self.padding) {
            (0, 0) => {}
            (2, 0 | 2) => self.bytes.push(first),
            (3, 0 | 1) => self.bytes.extend_from_slice(&[first, second]),
            _ => return Err(NotBase64),
        }
        Ok(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, NotBase64};

    fn decode(pieces: &[&str]) -> Result<Vec<u8>, NotBase64> {
        let mut decoder = Decoder::for_letters(pieces.iter().map(|piece| piece.len()).sum());
        for piece in pieces {
            decoder.feed(piece.as_bytes())?;
        }
        decoder.finish()
    }

    #[test]
    fn text_of_every_length_is_decoded() {
        assert_eq!(decode(&[""]), Ok(Vec::new()));
        assert_eq!(decode(&["Zg=="]), Ok(b"f".to_vec()));
        assert_eq!(decode(&["Zm8="]), Ok(b"fo".to_vec()));
        assert_eq!(decode(&["Zm9v"]), Ok(b"foo".to_vec()));
        assert_eq!(decode(&["Zm9vYg"]), Ok(b"foob".to_vec()));
        assert_eq!(decode(&["+/+/"]), Ok(vec![0xfb, 0xff, 0xbf]));
    }

    #[test]
    fn pieces_may_be_cut_anywhere_and_lines_broken() {
        assert_eq!(decode(&["Z", "m9\r\n", "vYm", "Fy"]), Ok(b"foobar".to_vec()));
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        assert_eq!(decode(&["Zm9*"]), Err(NotBase64));
        assert_eq!(decode(&["Z"]), Err(NotBase64));
        assert_eq!(decode(&["Zg==Zg=="]), Err(NotBase64));
        assert_eq!(decode(&["Zm9v="]), Err(NotBase64));
    }
}
