//! Counts as people read them.

/// "1 photo", "2 photos".
pub fn counted(count: i64, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    }
}
