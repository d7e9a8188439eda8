//! The layout that the simulators' web pages share: one stylesheet, light and dark, down to a
//! phone's width, with a badge in the header that says what this is.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::demo;

const STYLESHEET: &str = include_str!("page.css");

/// Whose page it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Brand<'a> {
    /// The product that is simulated: `CompanyCam`, `One Click Contractor`.
    pub product: &'a str,
    /// CSS with the product's colours and shapes, the variables that `page.css` uses.
    pub stylesheet: &'a str,
}

/// A page around its content.
#[derive(Clone, Debug, Default)]
pub struct Page<'a> {
    /// Whose page it is.
    pub brand: Brand<'a>,
    /// The page's own title.
    pub title: &'a str,
    /// The navigation: (label, address, whether it is the current one).
    pub navigation: &'a [(&'a str, &'a str, bool)],
    /// The name of who is signed in; a sign-out button (`POST /sign_out`) is shown beside it.
    pub user: Option<&'a str>,
    /// A short message above the content, such as "Project saved".
    pub notice: Option<&'a str>,
    /// The same for what could not be done.
    pub problem: Option<&'a str>,
}

impl Page<'_> {
    /// The whole document. Everything is escaped by maud; `content` already is markup.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass html!{} as it is"
    )]
    pub fn render(&self, content: Markup) -> Markup {
        let product = self.brand.product;
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · " (product) " Simulator" }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(STYLESHEET)) (PreEscaped(self.brand.stylesheet)) }
                }
                body {
                    a.skip href="#content" { "Skip to content" }
                    header.top {
                        a.brand href="/" { span.mark aria-hidden="true" {} (product) }
                        span.simulator { "Simulator" }
                        @if !self.navigation.is_empty() {
                            nav aria-label="Main" {
                                @for (label, address, current) in self.navigation {
                                    a href=(address) aria-current=[current.then_some("page")] { (label) }
                                }
                            }
                        }
                        @if let Some(user) = self.user {
                            form.who method="post" action="/sign_out" {
                                span { (user) }
                                button.quiet type="submit" { "Sign out" }
                            }
                        }
                    }
                    main #content tabindex="-1" {
                        @if let Some(notice) = self.notice {
                            p.notice role="status" { (notice) }
                        }
                        @if let Some(problem) = self.problem {
                            p.notice.error role="alert" { (problem) }
                        }
                        (content)
                    }
                    footer {
                        "Simulator of " (product) ": not the real product · "
                        a href=(demo::PATH) { (demo::TITLE) }
                    }
                }
            }
        }
    }
}

/// A table whose first column names its rows; on a phone each row is a block of its own.
///
/// The roles say what the elements already are: shown as blocks, they would lose them.
pub fn table<const N: usize>(
    columns: [&str; N],
    rows: impl IntoIterator<Item = [Markup; N]>,
) -> Markup {
    html! {
        table role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    @for column in columns { th scope="col" role="columnheader" { (column) } }
                }
            }
            tbody role="rowgroup" {
                @for row in rows {
                    tr role="row" {
                        @for (number, (column, cell)) in columns.iter().zip(row).enumerate() {
                            @if number == 0 {
                                th scope="row" role="rowheader" { (cell) }
                            } @else {
                                td role="cell" data-label=(column) { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Links between views of the same thing: (label, address, whether it is the current one).
pub fn tabs(name: &str, tabs: &[(&str, &str, bool)]) -> Markup {
    html! {
        nav.tabs aria-label=(name) {
            @for (label, address, current) in tabs {
                a href=(address) aria-current=[current.then_some("page")] { (label) }
            }
        }
    }
}

/// A count with its noun, of which the plural ends in "s": "1 photo", "2 photos".
pub fn count(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// A length in bytes as people say it: "640 bytes", "20 kB", "1.4 MB".
pub fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => count(bytes, "byte"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::{Brand, Page, count, size, table};
    use maud::html;

    const BRAND: Brand<'_> = Brand {
        product: "CompanyCam",
        stylesheet: "",
    };

    #[test]
    fn what_users_typed_is_escaped() {
        let page = Page {
            brand: BRAND,
            title: "<script>",
            user: Some("A & B"),
            problem: Some("<i>"),
            ..Page::default()
        };
        let text = page.render(html! { p { ("<b>") } }).into_string();
        assert!(text.contains("&lt;script&gt;") && text.contains("&lt;i&gt;"));
        assert!(text.contains("A &amp; B"));
        assert!(text.contains("<p>&lt;b&gt;</p>"));
    }

    #[test]
    fn every_page_says_that_it_is_a_simulator() {
        let page = Page {
            brand: BRAND,
            title: "Projects",
            ..Page::default()
        };
        let text = page.render(html! {}).into_string();
        assert!(text.contains("<title>Projects · CompanyCam Simulator</title>"));
        assert!(text.contains(">Simulator</span>"));
        assert!(text.contains("Simulator of CompanyCam: not the real product"));
    }

    #[test]
    fn a_table_names_its_rows_and_cells() {
        let rows = [[html! { "Roof" }, html! { "3" }]];
        let text = table(["Project", "Photos"], rows).into_string();
        assert!(text.contains("role=\"rowheader\">Roof</th>"));
        assert!(text.contains("data-label=\"Photos\">3</td>"));
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            [count(1, "photo"), count(0, "photo")],
            ["1 photo", "0 photos"]
        );
        assert_eq!(
            [size(999), size(20_480), size(1_460_000)],
            ["999 bytes", "20 kB", "1.4 MB"]
        );
    }
}
