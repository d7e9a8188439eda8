//! One field of a job that CompanyCam owns (B14): what it may be in One Click.
//!
//! Only a value that changed in CompanyCam since it was last looked at is written. When that was is not
//! always known: where some work was done in between, a look may have been among it or not. So a field
//! has several states, each what was seen and what One Click has then, and what is found has to be one
//! of them.

/// What was last seen in CompanyCam, and what One Click has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    seen: Option<String>,
    has: Vec<String>,
}

/// A text is a list of one, or of none; telephone numbers are several.
#[derive(Clone, Debug)]
pub struct Field {
    companycam: Option<String>,
    is_list: bool,
    states: Vec<State>,
}

impl Field {
    /// Of a job that was just linked: CompanyCam's value is seen.
    pub fn linked(is_list: bool, companycam: Option<String>, has: Vec<String>) -> Self {
        let seen = companycam.clone();
        Self {
            companycam,
            is_list,
            states: vec![State { seen, has }],
        }
    }

    /// It changes in CompanyCam.
    pub fn becomes(&mut self, companycam: Option<String>) {
        self.companycam = companycam;
    }

    /// Somebody edits it in One Click.
    pub fn edit(&mut self, edited: impl Fn(&[String]) -> Vec<String>) {
        for state in &mut self.states {
            state.has = edited(&state.has);
        }
        self.states.dedup();
    }

    /// A look may have brought it, or not.
    pub fn may_be_looked_at(&mut self) {
        for at in 0..self.states.len() {
            let looked = self.looked(&self.states[at]);
            if !self.states.contains(&looked) {
                self.states.push(looked);
            }
        }
    }

    /// A look has brought it.
    pub fn is_looked_at(&mut self) {
        let mut states: Vec<State> = Vec::new();
        for state in &self.states {
            let looked = self.looked(state);
            if !states.contains(&looked) {
                states.push(looked);
            }
        }
        self.states = states;
    }

    fn looked(&self, state: &State) -> State {
        State {
            seen: self.companycam.clone(),
            has: brought(self.is_list, state, self.companycam.as_ref()),
        }
    }

    /// Whether One Click may have this; from here on it is known that it does.
    pub fn is_found(&mut self, has: &[String]) -> bool {
        let found = self.states.iter().any(|state| state.has == has);
        if found {
            self.states.retain(|state| state.has == has);
        }
        found
    }

    /// What One Click may have, for whoever reads what failed.
    pub fn possible(&self) -> Vec<&[String]> {
        self.states.iter().map(|state| &*state.has).collect()
    }
}

/// Of the telephone numbers only the one last seen from CompanyCam is replaced.
fn brought(is_list: bool, state: &State, now: Option<&String>) -> Vec<String> {
    let State { seen, has } = state;
    if seen.as_ref() == now {
        return has.clone();
    }
    if !is_list {
        return now.cloned().into_iter().collect();
    }
    let mut has = has.clone();
    let known = has.iter().position(|number| Some(number) == seen.as_ref());
    match (known, now) {
        (Some(at), Some(now)) => now.clone_into(&mut has[at]),
        (Some(at), None) => drop(has.remove(at)),
        (None, Some(now)) if !has.contains(now) => has.push(now.clone()),
        (None, _) => {}
    }
    has
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn b14_what_did_not_change_in_companycam_is_not_written() {
        let mut field = Field::linked(false, Some("A".to_owned()), list(&["A"]));
        field.edit(|_| list(&["mine"]));
        field.is_looked_at();
        assert!(!field.clone().is_found(&list(&["A"])));
        assert!(field.is_found(&list(&["mine"])));
        field.becomes(Some("B".to_owned()));
        field.is_looked_at();
        assert_eq!(field.possible(), [list(&["B"])]);
    }

    #[test]
    fn b14_where_a_look_may_have_been_in_between_both_are_possible() {
        let mut field = Field::linked(false, Some("A".to_owned()), list(&["A"]));
        field.becomes(Some("B".to_owned()));
        field.may_be_looked_at();
        field.edit(|_| list(&["mine"]));
        field.is_looked_at();
        assert_eq!(field.possible().len(), 2);
        assert!(field.is_found(&list(&["mine"])));
        assert!(!field.is_found(&list(&["B"])), "it is known by now");
    }

    #[test]
    fn b14_of_the_phones_only_the_number_last_seen_is_replaced() {
        let mut field = Field::linked(true, Some("1".to_owned()), list(&["1"]));
        field.edit(|has| [has, &list(&["own"])].concat());
        field.becomes(Some("2".to_owned()));
        field.is_looked_at();
        assert_eq!(field.possible(), [list(&["2", "own"])]);
        field.becomes(None);
        field.is_looked_at();
        assert_eq!(field.possible(), [list(&["own"])]);
    }
}
