//! Files of documents: made up to any size, of any type.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use simulator_kit::{Chunked, Picture};

/// What the web knows each kind of file as, by the ending of its name.
const CONTENT_TYPES: [(&str, &str); 30] = [
    ("avi", "video/x-msvideo"),
    ("bmp", "image/bmp"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("dwg", "image/vnd.dwg"),
    ("dxf", "image/vnd.dxf"),
    ("eml", "message/rfc822"),
    ("gif", "image/gif"),
    ("heic", "image/heic"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("mov", "video/quicktime"),
    ("mp4", "video/mp4"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("rtf", "application/rtf"),
    ("svg", "image/svg+xml"),
    ("tif", "image/tiff"),
    ("txt", "text/plain"),
    ("webp", "image/webp"),
    ("xls", "application/vnd.ms-excel"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("xml", "application/xml"),
    ("zip", "application/zip"),
];

/// The media type that the ending of a name stands for.
pub(crate) fn content_type(name: &str) -> &'static str {
    let ending = Path::new(name)
        .extension()
        .and_then(|ending| ending.to_str());
    CONTENT_TYPES
        .iter()
        .find(|(known, _)| ending.is_some_and(|ending| ending.eq_ignore_ascii_case(known)))
        .map_or("application/octet-stream", |(_, content_type)| content_type)
}

/// One version of a document's file.
pub(crate) struct DocumentFile {
    pub content: Chunked,
    md5: OnceLock<String>,
}

impl DocumentFile {
    pub fn new(content: Chunked) -> Arc<Self> {
        Arc::new(Self {
            content,
            md5: OnceLock::new(),
        })
    }

    pub fn md5(&self) -> &str {
        self.md5.get_or_init(|| self.content.md5_hex())
    }
}

/// A file of `size` bytes that says `text`, in the way of its media type where we know one: a real PDF,
/// a real picture, else text. The first two need some bytes of their own, and have at least those.
pub(crate) fn made_up(content_type: &str, text: &str, size: usize) -> Chunked {
    match content_type {
        "application/pdf" => pdf(text, size),
        "image/jpeg" => {
            // The text is all there is to tell two pictures apart by.
            let seed = text.bytes().fold(0_u64, |seed, byte| {
                seed.wrapping_mul(31).wrapping_add(u64::from(byte))
            });
            let picture = Picture {
                seed,
                number: seed % 1_000,
                taken_at: 0,
                bytes: size,
                marks: 0,
            };
            picture.encode()
        }
        _ => {
            let mut head = format!("{text}\n").into_bytes();
            head.truncate(size);
            Chunked::padded(head, b'.', "", size)
        }
    }
}

/// A small but real one-page PDF that says `title`, padded to `size` bytes.
pub(crate) fn pdf(title: &str, size: usize) -> Chunked {
    const HEAD: &str = "%PDF-1.4\n%";
    let text: String = title
        .chars()
        .filter(|character| !"()\\".contains(*character))
        .collect();
    let content = format!("BT /F1 24 Tf 72 700 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    // The offsets all have ten digits, so the length does not depend on them.
    let without_padding = HEAD.len() + after_padding(&objects, 0).len();
    let padding = size.saturating_sub(without_padding);
    let tail = after_padding(&objects, HEAD.len() + padding);
    Chunked::padded(HEAD, b' ', tail, size)
}

/// What begins as a phone's HEIC does, of the size of the picture's file. No program shows it: encoding one
/// takes a library as large as everything else here.
pub(crate) fn heic(picture: &Picture) -> Chunked {
    const HEAD: &[u8] = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\0mdat";
    let which = format!("photo {} of {}", picture.number, picture.seed);
    Chunked::padded(HEAD, 0, which, picture.bytes)
}

/// All of a PDF behind the comment that pads it, which ends at `offset`.
fn after_padding(objects: &[String], offset: usize) -> String {
    let mut file = String::from("\n");
    // Writing to a String cannot fail.
    let mut table = String::from("0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", offset + file.len());
        let _ = writeln!(file, "{} 0 obj\n{object}\nendobj", index + 1);
    }
    let start = offset + file.len();
    let _ = writeln!(
        file,
        "xref\n0 6\n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start:010}\n%%EOF"
    );
    file
}

#[cfg(test)]
mod tests {
    use super::{content_type, made_up};

    #[test]
    fn a_media_type_goes_by_the_ending_whatever_its_case() {
        assert_eq!(content_type("Plan.PDF"), "application/pdf");
        assert_eq!(content_type("archive.tar.zip"), "application/zip");
        for name in ["pdf", "notes", "a.b", ""] {
            assert_eq!(content_type(name), "application/octet-stream", "{name}");
        }
    }

    #[test]
    fn a_made_up_file_has_its_size_and_says_its_text() {
        for size in [1_000, 20_000, 20_001] {
            let pdf = made_up("application/pdf", "Estimate (1)", size).to_bytes();
            assert_eq!(pdf.len(), size);
            let table = pdf.windows(4).position(|part| part == b"xref").unwrap();
            let told = format!("startxref\n{table:010}\n%%EOF\n");
            assert!(pdf.ends_with(told.as_bytes()));
        }
        assert_eq!(made_up("text/plain", "ab", 5).to_bytes(), "ab\n..");
        assert_eq!(made_up("text/plain", "ab", 1).to_bytes(), "a");
    }
}
