//! The layout that the simulators' web pages share: one stylesheet, light and dark, down to a
//! phone's width, under a banner that says what this is.

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLESHEET: &str = include_str!("page.css");

/// A page around its content.
#[derive(Clone, Debug, Default)]
pub struct Page<'a> {
    /// The product that is simulated: `CompanyCam`, `One Click Contractor`.
    pub product: &'a str,
    /// The page's own title.
    pub title: &'a str,
    /// CSS colour of the product's accents; empty: a calm blue.
    pub accent: &'a str,
    /// The navigation: (label, address, whether it is the current one).
    pub navigation: &'a [(&'a str, &'a str, bool)],
    /// The name of who is signed in; a sign-out button (`POST /sign_out`) is shown beside it.
    pub user: Option<&'a str>,
    /// A short message above the content, such as "Project saved".
    pub notice: Option<&'a str>,
}

impl Page<'_> {
    /// The whole document. Everything is escaped by maud; `content` already is markup.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass html!{} as it is"
    )]
    pub fn render(&self, content: Markup) -> Markup {
        let accent = if self.accent.is_empty() {
            "#2563eb"
        } else {
            self.accent
        };
        html! {
            (DOCTYPE)
            html lang="en" style={ "--accent:" (accent) } {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · " (self.product) " (simulator)" }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(STYLESHEET)) }
                }
                body {
                    p.banner { "Simulator of " (self.product) ": not the real product" }
                    header.top {
                        a.brand href="/" { span.mark aria-hidden="true" {} (self.product) }
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
                    main {
                        @if let Some(notice) = self.notice {
                            p.notice role="status" { (notice) }
                        }
                        (content)
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Page;
    use maud::html;

    #[test]
    fn what_users_typed_is_escaped() {
        let page = Page {
            product: "CompanyCam",
            title: "<script>",
            user: Some("A & B"),
            ..Page::default()
        };
        let text = page.render(html! { p { ("<b>") } }).into_string();
        assert!(text.contains("&lt;script&gt;"));
        assert!(text.contains("A &amp; B"));
        assert!(text.contains("<p>&lt;b&gt;</p>"));
        assert!(text.contains("Simulator of CompanyCam: not the real product"));
    }
}
