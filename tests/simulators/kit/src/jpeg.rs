//! Real JPEGs of any wanted size, deterministic, cheap to make by the hundred.
//!
//! A picture is drawn small (a house, a sky, a big number), encoded, and padded with comment
//! segments up to the wanted size. The padding is shared by all pictures, so a photo of 8 MB
//! occupies a few kilobytes until someone asks for all its bytes in one piece.

use bytes::{BufMut, Bytes};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageResult, Rgb, RgbImage};

use crate::chunked::Chunked;

const WIDTH: u32 = 480;
const HEIGHT: u32 = 360;

/// A comment segment's greatest payload: its length field is 16 bits and counts itself.
const COMMENT_MAX: usize = 65_533;
/// Marker and length of a comment segment.
const COMMENT_HEADER: usize = 4;
static PADDING: [u8; COMMENT_MAX] = [b' '; COMMENT_MAX];

/// What a picture shows and how large its file is.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Decides colours and shapes.
    pub seed: u64,
    /// Painted large across the picture.
    pub number: u64,
    /// Unix seconds; written to EXIF as `DateTimeOriginal`, in UTC.
    pub taken_at: i64,
    /// Size of the file. Below what the drawing itself needs (some 20 kB) it is not reached.
    pub bytes: usize,
    /// How many annotation marks are drawn over it.
    pub marks: u32,
}

/// An encoded picture.
pub type Jpeg = Chunked;

impl Picture {
    /// The whole file.
    pub fn encode(&self) -> Jpeg {
        let mut image = draw(self.seed, self.number, WIDTH, HEIGHT);
        for mark in 0..self.marks {
            draw_mark(&mut image, mark);
        }
        let encoded = encode(&image, 85);
        assemble(&encoded, self.taken_at, self.bytes)
    }

    /// A small version without EXIF, for lists.
    pub fn thumbnail(&self) -> Bytes {
        let mut image = draw(self.seed, self.number, WIDTH / 2, HEIGHT / 2);
        for mark in 0..self.marks {
            draw_mark(&mut image, mark);
        }
        encode(&image, 75).into()
    }
}

/// Draws the `mark`-th annotation (counted from 0) over any JPEG and encodes it anew.
///
/// # Errors
/// If `bytes` are not a JPEG.
pub fn annotate(bytes: &[u8], mark: u32, taken_at: i64) -> ImageResult<Jpeg> {
    let mut image = image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg)?.to_rgb8();
    draw_mark(&mut image, mark);
    Ok(assemble(&encode(&image, 85), taken_at, bytes.len()))
}

fn encode(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut encoded = Vec::new();
    let result = JpegEncoder::new_with_quality(&mut encoded, quality).encode_image(image);
    debug_assert!(result.is_ok(), "encoding RGB into memory: {result:?}");
    encoded
}

/// Start of image, EXIF, padding, and the rest of the encoded picture.
fn assemble(encoded: &[u8], taken_at: i64, wanted: usize) -> Jpeg {
    let (start, rest) = encoded.split_at(2);
    let mut head = start.to_vec();
    head.extend(exif_segment(taken_at));
    let mut padding = wanted.saturating_sub(head.len() + rest.len());
    let mut chunks = vec![Bytes::from(head)];
    while padding >= COMMENT_HEADER {
        let mut payload = (padding - COMMENT_HEADER).min(COMMENT_MAX);
        // Leave either nothing or enough for another segment.
        let left = padding - COMMENT_HEADER - payload;
        if left > 0 && left < COMMENT_HEADER {
            payload -= COMMENT_HEADER;
        }
        let length = u16::try_from(payload + 2).unwrap_or(u16::MAX);
        let [high, low] = length.to_be_bytes();
        chunks.push(Bytes::copy_from_slice(&[0xFF, 0xFE, high, low]));
        chunks.push(Bytes::from_static(&PADDING[..payload]));
        padding -= COMMENT_HEADER + payload;
    }
    let mut tail = rest.to_vec();
    // Decoders stop at the end-of-image marker, so up to three bytes may follow it.
    tail.resize(tail.len() + padding, 0);
    chunks.push(Bytes::from(tail));
    Jpeg::from_chunks(chunks)
}

/// An APP1 segment with a big-endian TIFF: IFD0 points to the EXIF IFD, whose only entry is
/// `DateTimeOriginal`.
fn exif_segment(taken_at: i64) -> Vec<u8> {
    const ASCII: u16 = 2;
    const LONG: u16 = 4;
    const IFD_LENGTH: u32 = 2 + 12 + 4;
    let date = exif_date(taken_at);
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    let mut ifd = |tag: u16, kind: u16, count: u32, value: u32| {
        tiff.put_u16(1);
        tiff.put_u16(tag);
        tiff.put_u16(kind);
        tiff.put_u32(count);
        tiff.put_u32(value);
        tiff.put_u32(0);
    };
    ifd(0x8769, LONG, 1, 8 + IFD_LENGTH);
    ifd(0x9003, ASCII, 20, 8 + 2 * IFD_LENGTH);
    tiff.extend(date.as_bytes());
    tiff.push(0);
    let mut segment = vec![0xFF, 0xE1];
    segment.put_u16(u16::try_from(2 + 6 + tiff.len()).unwrap_or(u16::MAX));
    segment.extend(b"Exif\0\0");
    segment.extend(tiff);
    segment
}

/// `YYYY:MM:DD HH:MM:SS` in UTC.
fn exif_date(unix: i64) -> String {
    let (days, second) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    // Days to civil date, counting years from March so that the leap day comes last.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}:{month:02}:{day:02} {:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// A hash that spreads neighbouring seeds (the finaliser of `SplitMix64`).
fn scramble(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// A house under a sky, with the number on it.
fn draw(seed: u64, number: u64, width: u32, height: u32) -> RgbImage {
    let traits = scramble(seed).to_le_bytes();
    let [sky, wall, roof, hill, door, left, ground, sun] = traits;
    let horizon = height * (55 + u32::from(hill) % 15) / 100;
    let (house_left, house_right) = {
        let start = width * (10 + u32::from(left) % 30) / 100;
        (start, start + width / 2)
    };
    let (wall_top, wall_bottom) = (height * 45 / 100, height * 85 / 100);
    let roof_top = height * 22 / 100;
    let (sun_x, sun_y) = (width * (10 + u32::from(sun) % 80) / 100, height / 8);
    let middle = u32::midpoint(house_left, house_right);
    let mut image = RgbImage::from_fn(width, height, |x, y| {
        let shade = |value: u8, strength: u32| {
            u8::try_from((u32::from(value) / 4 + strength).min(255)).unwrap_or(255)
        };
        if y >= wall_top && y < wall_bottom && x >= house_left && x < house_right {
            let door_here = x.abs_diff(middle) < width / 25 && y > height * 62 / 100;
            if door_here {
                return Rgb([shade(door, 30), shade(left, 20), 40]);
            }
            let line = if y % (height / 30) < 1 { 20 } else { 0 };
            return Rgb([
                shade(wall, 170 - line),
                shade(sky, 165 - line),
                shade(roof, 140 - line),
            ]);
        }
        let roof_half = (y.saturating_sub(roof_top)) * (width / 3) / (wall_top - roof_top);
        if y >= roof_top && y < wall_top && x.abs_diff(middle) < roof_half {
            return Rgb([shade(roof, 110), shade(wall, 40), shade(door, 40)]);
        }
        if y >= horizon {
            return Rgb([shade(ground, 60), shade(hill, 110 + (y - horizon) / 4), 60]);
        }
        let (dx, dy) = (x.abs_diff(sun_x), y.abs_diff(sun_y));
        if dx * dx + dy * dy < (height / 14) * (height / 14) {
            return Rgb([255, 226, 140]);
        }
        let depth = y * 90 / height;
        Rgb([shade(sky, 90 + depth), shade(sun, 140 + depth), 225])
    });
    draw_number(&mut image, number);
    image
}

/// Digits of 3 × 5 dots, one row after another, the highest bit first.
const DIGITS: [u16; 10] = [
    0b111_101_101_101_111,
    0b010_110_010_010_111,
    0b111_001_111_100_111,
    0b111_001_111_001_111,
    0b101_101_111_001_001,
    0b111_100_111_001_111,
    0b111_100_111_101_111,
    0b111_001_010_010_010,
    0b111_101_111_101_111,
    0b111_101_111_001_111,
];

fn draw_number(image: &mut RgbImage, number: u64) {
    let digits = number.to_string();
    let columns = u32::try_from(digits.len()).unwrap_or(1) * 4 - 1;
    let dot = (image.width() / 2 / columns).clamp(1, image.height() / 20);
    let (left, top) = (image.width() / 20, image.height() - dot * 6);
    for (index, digit) in (0u32..).zip(digits.bytes()) {
        let dots = DIGITS[usize::from(digit - b'0')];
        for place in 0..15u32 {
            if dots >> (14 - place) & 1 == 1 {
                let x = left + (index * 4 + place % 3) * dot;
                let y = top + place / 3 * dot;
                fill(image, x, y, dot, Rgb([255, 255, 255]));
            }
        }
    }
}

/// A red ring; each further one stands elsewhere.
fn draw_mark(image: &mut RgbImage, mark: u32) {
    let (width, height) = image.dimensions();
    let radius = height.min(width) / 6;
    let thickness = (radius / 8).max(2);
    let center_x = width / 4 + (mark * width / 5) % (width / 2).max(1);
    let center_y = height / 4 + (mark * height / 7) % (height / 2).max(1);
    for y in center_y.saturating_sub(radius)..(center_y + radius).min(height) {
        for x in center_x.saturating_sub(radius)..(center_x + radius).min(width) {
            let squared = x.abs_diff(center_x).pow(2) + y.abs_diff(center_y).pow(2);
            if squared <= radius.pow(2) && squared >= radius.saturating_sub(thickness).pow(2) {
                image.put_pixel(x, y, Rgb([226, 40, 40]));
            }
        }
    }
}

fn fill(image: &mut RgbImage, left: u32, top: u32, side: u32, colour: Rgb<u8>) {
    for y in top..(top + side).min(image.height()) {
        for x in left..(left + side).min(image.width()) {
            image.put_pixel(x, y, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(number: u64, bytes: usize) -> Picture {
        Picture {
            seed: number,
            number,
            taken_at: 1_700_000_000,
            bytes,
            marks: 0,
        }
    }

    #[test]
    fn a_picture_has_exactly_the_wanted_size_and_decodes() {
        for bytes in [200_000, 200_001, 265_539, 331_079, 1_000_003, 8_000_000] {
            let whole = picture(7, bytes).encode().to_bytes();
            assert_eq!(whole.len(), bytes);
            let decoded = image::load_from_memory(&whole).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (WIDTH, HEIGHT));
        }
    }

    #[test]
    fn pictures_are_deterministic_and_differ_by_number_and_marks() {
        let first = picture(1, 200_000);
        let marked = Picture {
            marks: 1,
            ..first.clone()
        };
        let same = first.encode().md5_hex();
        assert_eq!(same, first.encode().md5_hex());
        assert_ne!(same, picture(2, 200_000).encode().md5_hex());
        assert_ne!(same, marked.encode().md5_hex());
        assert_eq!(same, Jpeg::from_bytes(first.encode().to_bytes()).md5_hex());
    }

    #[test]
    fn exif_says_when_it_was_taken() {
        assert_eq!(exif_date(1_700_000_000), "2023:11:14 22:13:20");
        assert_eq!(exif_date(951_782_400), "2000:02:29 00:00:00");
        let whole = picture(1, 200_000).encode().to_bytes();
        assert_eq!(&whole[..4], &[0xFF, 0xD8, 0xFF, 0xE1]);
        assert!(
            whole[..120]
                .windows(19)
                .any(|part| part == b"2023:11:14 22:13:20")
        );
    }

    #[test]
    fn any_jpeg_can_be_annotated() {
        let before = picture(3, 200_000).encode().to_bytes();
        let after = annotate(&before, 0, 0).unwrap().to_bytes();
        assert_ne!(before, after);
        assert!(image::load_from_memory(&after).is_ok());
        assert!(annotate(b"not a picture", 0, 0).is_err());
    }
}
