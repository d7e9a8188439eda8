//! The digest of what passes by.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use md5::{Digest as _, Md5};

/// MD5 of a file on its way: what One Click says that it has can be compared with it, any time later.
#[derive(Clone, Default)]
pub(super) struct Digest(Arc<Mutex<Md5>>);

impl Digest {
    /// The same stream, of which the digest takes note.
    pub fn over(
        &self,
        stream: BoxStream<'static, io::Result<Bytes>>,
    ) -> BoxStream<'static, io::Result<Bytes>> {
        let digest = self.0.clone();
        stream
            .inspect(move |chunk| {
                if let Ok(chunk) = chunk {
                    let mut digest = digest.lock().unwrap_or_else(PoisonError::into_inner);
                    digest.update(chunk);
                }
            })
            .boxed()
    }

    /// Of what has passed, in hexadecimal.
    pub fn hex(&self) -> String {
        let digest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let digest: [u8; 16] = digest.clone().finalize().into();
        format!("{:032x}", u128::from_be_bytes(digest))
    }
}
