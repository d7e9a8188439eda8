//! The page of demo controls that each simulator has: what can go wrong with a whole side, which
//! requests are refused, and how switches look.
//!
//! A simulator adds what is its own (webhooks, ageing), and its routes below [`PATH`].

mod page;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, State};
use axum::response::Redirect;
use axum::routing::post;
use maud::{Markup, html};
use serde::Deserialize;

use crate::control::{Action, Controls, FaultRule, NamedAction};

pub use page::{Switch, age_choice, done, hard_cases_card, head, refused, switched};

/// Where the page is. What stands below it is never disturbed: what was switched on there can be
/// switched off there.
pub const PATH: &str = "/demo";
/// What the page is called.
pub const TITLE: &str = "Demo controls";

/// Slow, and still within the time that a program waits.
const SLOW_MS: u64 = 3_000;
/// How many requests one can have refused at once.
const TIMES: [u32; 4] = [1, 3, 10, 50];

/// Whether a path belongs to the page.
pub(crate) fn is_part(path: &str) -> bool {
    let rest = path.strip_prefix(PATH);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// One of the two products, as programs see it. Its pages never fail, so that one can go on clicking.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// What it is called.
    pub product: &'static str,
    /// Patterns of the paths that programs ask for.
    pub served: &'static [&'static str],
    /// Those of them where the answer to a write can be lost.
    pub written: &'static [&'static str],
    /// What can be refused.
    pub refusals: &'static [Refusal],
}

/// A kind of request that can be refused a number of times.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// Its name in the form.
    pub key: &'static str,
    /// Its name for people: "Creating a project".
    pub name: &'static str,
    /// `None`: any.
    pub method: Option<&'static str>,
    /// A pattern of its path.
    pub path: &'static str,
    /// What it is answered with.
    pub status: u16,
}

impl Refusal {
    fn rule(&self, times: u32) -> FaultRule {
        FaultRule {
            method: self.method.map(str::to_owned),
            path: self.path.to_owned(),
            skip: 0,
            times: Some(times),
            action: answer(self.status, "Refused by the demo controls"),
        }
    }

    /// Whether the rule is what is left of this one's.
    fn made(&self, rule: &FaultRule) -> bool {
        rule.times.is_some_and(|times| {
            self.rule(times)
                == FaultRule {
                    skip: 0,
                    ..rule.clone()
                }
        })
    }
}

/// An answer in the form of either API's errors.
fn answer(status: u16, message: &str) -> Action {
    Action::Answer {
        status,
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body: format!("{{\"errors\":[\"{message}\"]}}"),
    }
}

/// What can be wrong with a whole side, one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Down,
    Slow,
    Hangs,
    LosesAnswers,
}

impl Trouble {
    const ALL: [Self; 4] = [Self::Down, Self::Slow, Self::Hangs, Self::LosesAnswers];

    fn key(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Slow => "slow",
            Self::Hangs => "hangs",
            Self::LosesAnswers => "loses_answers",
        }
    }

    /// Behind the product's name.
    fn name(self) -> &'static str {
        match self {
            Self::Down => "is down",
            Self::Slow => "answers slowly",
            Self::Hangs => "never answers",
            Self::LosesAnswers => "loses answers",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Down => "Every request of a program is answered with 503 and changes nothing.",
            Self::Slow => "Every answer to a program comes 3 seconds late.",
            Self::Hangs => {
                "The connection stays open, no answer comes, and the request changes nothing."
            }
            Self::LosesAnswers => {
                "What a program writes takes effect, and then the connection breaks."
            }
        }
    }

    fn action(self) -> Action {
        match self {
            Self::Down => answer(503, "Service Unavailable"),
            Self::Slow => Action::Delay { delay_ms: SLOW_MS },
            Self::Hangs => Action::Named(NamedAction::Silence),
            Self::LosesAnswers => Action::Named(NamedAction::ResetAfter),
        }
    }

    fn rules(self, side: &Side) -> Vec<FaultRule> {
        let rule = |method: Option<&str>, path: &str| FaultRule {
            method: method.map(str::to_owned),
            path: path.to_owned(),
            skip: 0,
            times: None,
            action: self.action(),
        };
        if self != Self::LosesAnswers {
            return side.served.iter().map(|path| rule(None, path)).collect();
        }
        // An answer to a read that is lost would keep every write from happening at all.
        let methods = ["POST", "PUT", "PATCH", "DELETE"];
        let of = |method| side.written.iter().map(move |path| (method, path));
        let writes = methods.into_iter().flat_map(of);
        writes
            .map(|(method, path)| rule(Some(method), path))
            .collect()
    }
}

/// The part of the page that both simulators have. Clones share the controls.
#[derive(Clone, Debug)]
pub struct Demo {
    controls: Controls,
    side: Side,
}

impl Demo {
    /// Steers a side by its controls.
    pub fn new(controls: Controls, side: Side) -> Self {
        Self { controls, side }
    }

    /// What it steers by.
    pub fn controls(&self) -> &Controls {
        &self.controls
    }

    /// What the forms of [`Self::cards`] do.
    pub fn routes(&self) -> Router {
        Router::new()
            .route("/demo/trouble", post(switch_trouble))
            .route("/demo/refuse", post(refuse))
            .with_state(self.clone())
    }

    fn trouble(&self) -> Option<Trouble> {
        let faults = self.controls.faults();
        let is_on = |trouble: &Trouble| {
            let rules = trouble.rules(&self.side);
            rules.iter().any(|rule| faults.contains(rule))
        };
        Trouble::ALL.into_iter().find(is_on)
    }

    fn set_trouble(&self, trouble: Option<Trouble>) {
        let all = Trouble::ALL.into_iter();
        let gone: Vec<FaultRule> = all.flat_map(|trouble| trouble.rules(&self.side)).collect();
        let new = trouble.map(|trouble| trouble.rules(&self.side));
        self.controls
            .exchange_faults(&gone, new.unwrap_or_default());
    }

    /// Ends all faults.
    pub fn back_to_normal(&self) {
        self.controls.clear_faults();
    }

    /// What is wrong now, in words.
    pub fn on(&self) -> Vec<String> {
        let trouble = self.trouble();
        let rules = trouble.map(|trouble| trouble.rules(&self.side));
        let rules = rules.unwrap_or_default();
        let named = trouble.map(|trouble| format!("{} {}", self.side.product, trouble.name()));
        let faults = self.controls.faults();
        let others = faults.iter().filter(|rule| !rules.contains(rule));
        named
            .into_iter()
            .chain(others.map(|rule| self.describe(rule)))
            .collect()
    }

    fn describe(&self, rule: &FaultRule) -> String {
        let mut refusals = self.side.refusals.iter();
        let left = match rule.times {
            Some(1) => "the next request".to_owned(),
            Some(times) => format!("the next {times} requests"),
            None => "every request".to_owned(),
        };
        if let Some(refusal) = refusals.find(|refusal| refusal.made(rule)) {
            return format!("{}: fails at {left}", refusal.name);
        }
        let method = rule.method.as_deref().unwrap_or("Any method");
        format!("{method} {}: disturbed at {left}", rule.path)
    }

    /// The forms for all that can go wrong with a whole side and with single requests.
    pub fn cards(&self) -> Markup {
        let on = self.trouble();
        let product = self.side.product;
        html! {
            section.card {
                h2 { "All of " (product) }
                p.muted { "One at a time. " (product) "'s own pages go on working." }
                @for trouble in Trouble::ALL {
                    (Switch {
                        key: trouble.key(),
                        name: &format!("{product} {}", trouble.name()),
                        about: trouble.about(),
                        on: on == Some(trouble),
                    }.row("/demo/trouble"))
                }
            }
            section.card {
                h2 { "Single requests" }
                form method="post" action="/demo/refuse" {
                    div.grid {
                        label {
                            "What fails"
                            select name="key" {
                                @for refusal in self.side.refusals {
                                    option value=(refusal.key) { (refusal.name) }
                                }
                            }
                        }
                        label {
                            "How many times"
                            select name="times" { @for times in TIMES { option { (times) } } }
                        }
                    }
                    button.quiet type="submit" { "Let the next ones fail" }
                }
            }
        }
    }
}

#[derive(Deserialize)]
struct SwitchForm {
    key: String,
    on: bool,
}

async fn switch_trouble(State(demo): State<Demo>, Form(form): Form<SwitchForm>) -> Redirect {
    let mut all = Trouble::ALL.into_iter();
    let Some(trouble) = all.find(|trouble| trouble.key() == form.key) else {
        return refused("There is no such switch.");
    };
    demo.set_trouble(form.on.then_some(trouble));
    switched(form.on)
}

#[derive(Deserialize)]
struct RefusalForm {
    key: String,
    times: u32,
}

async fn refuse(State(demo): State<Demo>, Form(form): Form<RefusalForm>) -> Redirect {
    let mut all = demo.side.refusals.iter();
    match all.find(|refusal| refusal.key == form.key) {
        Some(refusal) if TIMES.contains(&form.times) => {
            // Before a trouble of the whole side, which would take the request.
            demo.controls.add_fault_first(refusal.rule(form.times));
            done("The next ones will fail")
        }
        _ => refused("Choose what is to fail and how many times."),
    }
}

#[cfg(test)]
mod tests {
    use super::{Demo, Refusal, Side, Trouble, is_part};
    use crate::control::{Controls, FaultRule, NamedAction};

    const SIDE: Side = Side {
        product: "Side",
        served: &["/v2/*", "/files/*"],
        written: &["/v2/*"],
        refusals: &[Refusal {
            key: "create",
            name: "Creating a thing",
            method: Some("POST"),
            path: "/v2/things",
            status: 422,
        }],
    };

    #[test]
    fn one_trouble_ends_the_other_and_leaves_what_a_test_has_set() {
        let demo = Demo::new(Controls::new("/sign_in"), SIDE);
        let own = FaultRule {
            method: None,
            path: "/v2/*".into(),
            skip: 0,
            times: Some(2),
            action: super::Action::Named(NamedAction::Silence),
        };
        demo.controls.add_fault(own.clone());
        demo.set_trouble(Some(Trouble::Down));
        demo.set_trouble(Some(Trouble::LosesAnswers));
        assert_eq!(demo.trouble(), Some(Trouble::LosesAnswers));
        // A rule for each kind of write, and the test's own.
        assert_eq!(demo.controls.faults().len(), 5);
        assert_eq!(
            demo.on(),
            [
                "Side loses answers",
                "Any method /v2/*: disturbed at the next 2 requests"
            ]
        );
        demo.set_trouble(None);
        assert_eq!(demo.controls.faults(), [own]);
    }

    #[test]
    fn a_refusal_is_told_until_it_is_used_up() {
        let demo = Demo::new(Controls::new("/sign_in"), SIDE);
        demo.set_trouble(Some(Trouble::Slow));
        demo.controls.add_fault_first(SIDE.refusals[0].rule(3));
        assert_eq!(
            demo.on()[1],
            "Creating a thing: fails at the next 3 requests"
        );
        demo.back_to_normal();
        assert!(demo.on().is_empty());
    }

    #[test]
    fn only_the_page_itself_is_left_alone() {
        assert!(is_part("/demo") && is_part("/demo/normal"));
        assert!(!is_part("/demolition") && !is_part("/v2/demo"));
    }
}
