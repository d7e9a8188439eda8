//! A file in pieces, so that a large one that is mostly padding occupies little.

use bytes::{BufMut, Bytes, BytesMut};
use md5::{Digest, Md5};

/// As much filler is kept, whatever the size of the files made of it.
const FILLER: usize = 64 * 1024;

/// The bytes of a file.
#[derive(Clone, Debug)]
pub struct Chunked {
    chunks: Vec<Bytes>,
}

impl Chunked {
    /// Wraps bytes that are there already, such as an upload.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self {
            chunks: vec![bytes.into()],
        }
    }

    /// A file of these pieces, one after another.
    pub fn from_chunks(chunks: Vec<Bytes>) -> Self {
        Self { chunks }
    }

    /// `head` and `tail` with as many `filler` bytes between them as make `size` bytes in all; none if
    /// the two need more than that.
    pub fn padded(head: impl Into<Bytes>, filler: u8, tail: impl Into<Bytes>, size: usize) -> Self {
        let (head, tail) = (head.into(), tail.into());
        let mut left = size.saturating_sub(head.len() + tail.len());
        let piece = Bytes::from(vec![filler; FILLER.min(left)]);
        let mut chunks = vec![head];
        while left > 0 {
            let length = piece.len().min(left);
            chunks.push(piece.slice(..length));
            left -= length;
        }
        chunks.push(tail);
        Self { chunks }
    }

    /// The file in pieces, for streaming; padding pieces are shared, not copied.
    pub fn chunks(&self) -> &[Bytes] {
        &self.chunks
    }

    /// The file's size in bytes.
    pub fn size(&self) -> usize {
        self.chunks.iter().map(Bytes::len).sum()
    }

    /// The file in one piece.
    pub fn to_bytes(&self) -> Bytes {
        if let [only] = self.chunks.as_slice() {
            return only.clone();
        }
        let mut whole = BytesMut::with_capacity(self.size());
        for chunk in &self.chunks {
            whole.put_slice(chunk);
        }
        whole.freeze()
    }

    /// MD5 of the file in lower-case hexadecimal.
    pub fn md5_hex(&self) -> String {
        let mut digest = Md5::new();
        for chunk in &self.chunks {
            digest.update(chunk);
        }
        hex(&digest.finalize())
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Chunked, FILLER};

    #[test]
    fn a_padded_file_has_exactly_the_wanted_size() {
        for size in [4, 5, FILLER, FILLER + 3, FILLER + 4, FILLER + 5] {
            let whole = Chunked::padded("ab", b'.', "cd", size).to_bytes();
            assert_eq!(whole.len(), size);
            assert!(whole.starts_with(b"ab") && whole.ends_with(b"cd"));
        }
        assert_eq!(Chunked::padded("ab", b'.', "cd", 1).to_bytes(), "abcd");
    }

    #[test]
    fn a_file_of_a_hundred_megabytes_shares_its_padding() {
        let file = Chunked::padded("ab", b'.', "cd", 100_000_000);
        assert_eq!(file.size(), 100_000_000);
        let padding = &file.chunks()[1..file.chunks().len() - 1];
        let one = padding[0].as_ptr();
        assert!(padding.iter().all(|piece| piece.as_ptr() == one));
    }
}
