//! Documents for projects.

use std::fmt::Write as _;

use bytes::Bytes;

/// A small but real one-page PDF that says `title`, padded to `size` bytes.
pub(crate) fn pdf(title: &str, size: usize) -> Bytes {
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
    let mut file = String::from("%PDF-1.4\n");
    file.push('%');
    file.push_str(&" ".repeat(size.saturating_sub(900)));
    file.push('\n');
    // Writing to a String cannot fail.
    let mut table = String::from("0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = writeln!(file, "{} 0 obj\n{object}\nendobj", index + 1);
    }
    let start = file.len();
    let _ = writeln!(
        file,
        "xref\n0 6\n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF"
    );
    Bytes::from(file)
}
