//! What a file is, by its first bytes. An image is what browsers show as one, and HEIC and TIFF, which phones
//! and scanners make. A drawing (SVG) is a page with scripts, and no image.

use infer::image::{is_avif, is_bmp, is_gif, is_ico, is_jpeg, is_png, is_webp};

/// Enough to tell every type here apart.
pub(super) const HEAD: usize = 512;

/// A MIME type and the extension that goes with it, without the dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) content_type: String,
    pub(super) extension: &'static str,
}

impl Kind {
    fn new(content_type: &str, extension: &'static str) -> Self {
        Self {
            content_type: content_type.to_owned(),
            extension,
        }
    }
}

/// What the bytes show: a type, or a container that several types share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Image(&'static str, &'static str),
    Pdf,
    Zip,
    /// Microsoft's compound file: Office before 2007.
    Compound,
    Rtf,
    Html,
    /// Nothing with a signature.
    Other,
}

/// The claims whose bytes can be checked, with their extension.
const CLAIMS: &[(&str, &str, Found)] = &[
    ("application/pdf", "pdf", Found::Pdf),
    ("application/zip", "zip", Found::Zip),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
        Found::Zip,
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        Found::Zip,
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pptx",
        Found::Zip,
    ),
    ("application/vnd.oasis.opendocument.text", "odt", Found::Zip),
    (
        "application/vnd.oasis.opendocument.spreadsheet",
        "ods",
        Found::Zip,
    ),
    ("application/msword", "doc", Found::Compound),
    ("application/vnd.ms-excel", "xls", Found::Compound),
    ("application/vnd.ms-powerpoint", "ppt", Found::Compound),
    ("application/rtf", "rtf", Found::Rtf),
    ("text/rtf", "rtf", Found::Rtf),
    ("text/html", "html", Found::Html),
    ("text/plain", "txt", Found::Other),
    ("text/csv", "csv", Found::Other),
    ("application/json", "json", Found::Other),
];

/// Images whose bytes are checked; what they are is taken from the bytes.
const IMAGE_CLAIMS: &[&str] = &[
    "image/jpeg",
    "image/jpg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/bmp",
    "image/x-icon",
    "image/vnd.microsoft.icon",
    "image/heic",
    "image/heif",
    "image/tiff",
];

/// The image the bytes are.
pub(super) fn image(head: &[u8]) -> Option<Kind> {
    match found(head) {
        Found::Image(content_type, extension) => Some(Kind::new(content_type, extension)),
        _ => None,
    }
}

/// Whether the bytes are for people or programs to read, as when something in front of the files
/// answers in their place.
pub(super) fn is_message(head: &[u8], claim: Option<&str>) -> bool {
    let claim = claim.and_then(essence).unwrap_or_default();
    found(head) == Found::Html
        || claim.starts_with("text/")
        || claim.starts_with("application/")
            && ["json", "xml"].iter().any(|kind| claim.ends_with(kind))
}

/// The document the bytes are: what it claims to be where that fits the bytes, `None` where it doesn't.
///
/// Without a usable claim it is what the bytes show, but never a web page: that is how a CDN says
/// that something went wrong.
pub(super) fn document(head: &[u8], claim: Option<&str>) -> Option<Kind> {
    let found = found(head);
    let claim = claim.and_then(essence);
    let claim = claim.as_deref();
    if let Some((content_type, extension, expected)) =
        CLAIMS.iter().find(|(name, ..)| Some(*name) == claim)
    {
        return (found == *expected).then(|| Kind::new(content_type, extension));
    }
    if claim.is_some_and(|claim| IMAGE_CLAIMS.contains(&claim)) {
        return image(head);
    }
    match found {
        Found::Image(content_type, extension) => Some(Kind::new(content_type, extension)),
        Found::Html => None,
        Found::Other => Some(Kind::new(
            claim.unwrap_or("application/octet-stream"),
            "bin",
        )),
        Found::Pdf | Found::Zip | Found::Compound | Found::Rtf => CLAIMS
            .iter()
            .find(|(.., kind)| *kind == found && found != Found::Compound)
            .map(|(content_type, extension, _)| Kind::new(content_type, extension))
            .or_else(|| {
                Some(Kind::new(
                    claim.unwrap_or("application/octet-stream"),
                    "bin",
                ))
            }),
    }
}

/// A claim without its parameters, unless it says nothing.
fn essence(claim: &str) -> Option<String> {
    let essence = claim
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let says_nothing = essence.is_empty() || essence.ends_with("/octet-stream");
    (!says_nothing && essence.contains('/') && essence.is_ascii()).then_some(essence)
}

fn found(head: &[u8]) -> Found {
    let brand = head.get(8..12).unwrap_or_default();
    match head {
        _ if is_jpeg(head) => Found::Image("image/jpeg", "jpg"),
        [_, _, _, _, b'\r', b'\n', 0x1a, b'\n', ..] if is_png(head) => {
            Found::Image("image/png", "png")
        }
        [_, _, _, b'8', b'7' | b'9', b'a', ..] if is_gif(head) => Found::Image("image/gif", "gif"),
        [b'R', b'I', b'F', b'F', ..] if is_webp(head) => Found::Image("image/webp", "webp"),
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Found::Image("image/tiff", "tiff"),
        // Before HEIC: the general brands are of either.
        _ if is_avif(head) => Found::Image("image/avif", "avif"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] if is_heic(brand) => {
            Found::Image("image/heic", "heic")
        }
        _ if is_bmp(head) && has_bmp_header(head) => Found::Image("image/bmp", "bmp"),
        _ if is_ico(head) && has_icon(head) => Found::Image("image/x-icon", "ico"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Found::Pdf,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Found::Zip,
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Found::Compound,
        [b'{', b'\\', b'r', b't', b'f', ..] => Found::Rtf,
        _ if is_html(head) => Found::Html,
        _ => Found::Other,
    }
}

/// Two letters begin many a text: the reserved bytes are nothing, and the header has one of its sizes.
fn has_bmp_header(head: &[u8]) -> bool {
    let size = head.get(14..18).and_then(|size| size.try_into().ok());
    let size = size.map(u32::from_le_bytes);
    head.get(6..10) == Some(&[0; 4]) && matches!(size, Some(12 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// There is an icon in it, whose reserved byte is nothing.
fn has_icon(head: &[u8]) -> bool {
    head.get(4..6).is_some_and(|count| count != [0; 2]) && head.get(9) == Some(&0)
}

/// The brands of ISO/IEC 23008-12 that hold HEVC pictures, and the general ones that phones write.
fn is_heic(brand: &[u8]) -> bool {
    matches!(
        brand,
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1"
    )
}

fn is_html(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head));
    let text = text.trim_start().to_ascii_lowercase();
    [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<script",
        "<!--",
    ]
    .iter()
    .any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension(kind: Option<Kind>) -> Option<&'static str> {
        kind.map(|kind| kind.extension)
    }

    #[test]
    fn images_are_known_by_their_first_bytes() {
        let samples: [(&[u8], &str); 14] = [
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpg"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "png"),
            (b"GIF89a\x01\0", "gif"),
            (b"GIF87a\x01\0", "gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "webp"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "heic"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0", "heic"),
            (b"II*\0\x08\0\0\0", "tiff"),
            (b"MM\0*\0\0\0\x08", "tiff"),
            (b"\0\0\0\x14ftypavif\0\0\0\0avif", "avif"),
            (b"\0\0\0\x14ftypavis\0\0\0\0avis", "avif"),
            (b"\0\0\0\x14ftypmif1\0\0\0\0avif", "avif"),
            (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "bmp"),
            (b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0", "ico"),
        ];
        for (head, expected) in samples {
            assert_eq!(extension(image(head)), Some(expected));
        }
        for head in [
            &b""[..],
            b"\xff\xd8",
            b"<html>",
            b"RIFF\x24\0\0\0WAVE",
            b"\0\0\0\x18ftypisom",
            b"%PDF-1.7",
            b"<svg>",
            b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\">",
            b"BM is short for bitmap, and this is a text",
            b"GIF is short for something too",
            b"\0\0\x01\0\0\0 no icon",
            b"\xff\x0a JPEG XL",
            b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\0",
            b"\0\0\0\x14ftypisom\0\0\0\0mp41",
        ] {
            assert_eq!(image(head), None, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn a_document_is_what_it_claims_where_the_bytes_fit() {
        let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        assert_eq!(
            extension(document(
                b"%PDF-1.7",
                Some("application/pdf; charset=binary")
            )),
            Some("pdf")
        );
        assert_eq!(
            extension(document(b"PK\x03\x04..", Some(docx))),
            Some("docx")
        );
        assert_eq!(
            extension(document(b"a,b\n1,2", Some("text/csv"))),
            Some("csv")
        );
        // Which image it is, the bytes say.
        assert_eq!(
            extension(document(b"\xff\xd8\xff\xe0", Some("image/png"))),
            Some("jpg")
        );
        assert_eq!(extension(document(b"%PDF-1.7", None)), Some("pdf"));
        assert_eq!(
            extension(document(b"%PDF-1.7", Some("application/octet-stream"))),
            Some("pdf")
        );
        assert_eq!(
            extension(document(
                b"PK\x03\x04..",
                Some("application/x-zip-compressed")
            )),
            Some("zip")
        );
        assert_eq!(extension(document(b"\x01\x02", None)), Some("bin"));
        let drawing = document(b"AC1032", Some("image/vnd.dwg")).unwrap();
        assert_eq!(
            (drawing.content_type.as_str(), drawing.extension),
            ("image/vnd.dwg", "bin")
        );
    }

    #[test]
    fn a_document_that_is_something_else_is_refused() {
        assert_eq!(
            document(b"<!DOCTYPE html><html>", Some("application/pdf")),
            None
        );
        assert_eq!(document(b"\n <html>", None), None);
        assert_eq!(
            document(b"\xef\xbb\xbf<html>", Some("application/x-unknown")),
            None
        );
        assert_eq!(document(b"MZ\x90\0", Some("application/pdf")), None);
        assert_eq!(document(b"PK\x03\x04", Some("text/plain")), None);
        assert_eq!(document(b"", Some("application/pdf")), None);
        assert_eq!(document(b"hello", Some("image/jpeg")), None);
    }
}
