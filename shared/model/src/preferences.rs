//! What an administrator can choose (B9–B13).
//!
//! One table: a preference has its name and default here, its text on the settings' card, and its effect
//! in a decision. Nothing else names it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One thing that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preference {
    /// B9: a job created in One Click creates a project.
    CreateProjectFromJob,
    /// B10: a project creates a job.
    CreateJobFromProject,
    /// B11: a reassigned job reassigns its project.
    ReassignProject,
    /// B12: reassignment removes the previous assignee's user.
    RemovePreviousAssignee,
    /// B13: only projects with at least one matched assigned user are imported.
    OnlyMatchedUsers,
    /// B13: a photo deleted in CompanyCam is removed in One Click.
    RemoveDeletedPhotos,
    /// B13: photos marked internal are copied too.
    CopyInternalPhotos,
    /// B13: documents are copied.
    CopyDocuments,
}

// One that is left out of `ALL` would compile, and never be shown. The last one is named here.
const _: () = assert!(Preference::ALL.len() == Preference::CopyDocuments as usize + 1);

impl Preference {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::CreateProjectFromJob,
        Self::CreateJobFromProject,
        Self::ReassignProject,
        Self::RemovePreviousAssignee,
        Self::OnlyMatchedUsers,
        Self::RemoveDeletedPhotos,
        Self::CopyInternalPhotos,
        Self::CopyDocuments,
    ];

    /// What it is called in rows and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateProjectFromJob => "create_project_from_job",
            Self::CreateJobFromProject => "create_job_from_project",
            Self::ReassignProject => "reassign_project",
            Self::RemovePreviousAssignee => "remove_previous_assignee",
            Self::OnlyMatchedUsers => "only_matched_users",
            Self::RemoveDeletedPhotos => "remove_deleted_photos",
            Self::CopyInternalPhotos => "copy_internal_photos",
            Self::CopyDocuments => "copy_documents",
        }
    }

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether it is on before anybody chose.
    pub fn is_on_at_first(self) -> bool {
        match self {
            Self::CreateJobFromProject | Self::CopyDocuments => true,
            Self::CreateProjectFromJob
            | Self::ReassignProject
            | Self::RemovePreviousAssignee
            | Self::OnlyMatchedUsers
            | Self::RemoveDeletedPhotos
            | Self::CopyInternalPhotos => false,
        }
    }

    /// The one without which it cannot be on.
    pub fn needs(self) -> Option<Self> {
        match self {
            Self::RemovePreviousAssignee => Some(Self::ReassignProject),
            Self::CreateProjectFromJob
            | Self::CreateJobFromProject
            | Self::ReassignProject
            | Self::OnlyMatchedUsers
            | Self::RemoveDeletedPhotos
            | Self::CopyInternalPhotos
            | Self::CopyDocuments => None,
        }
    }
}

/// When B9 was switched on, as rows name it.
pub const SINCE: &str = "create_project_from_job_since";

/// What is on.
///
/// In a row it is a field for each preference; one that is missing there is as it is at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    on: BTreeSet<Preference>,
    create_project_from_job_since: Option<Timestamp>,
}

impl Default for Preferences {
    fn default() -> Self {
        let on = Preference::ALL.into_iter();
        Self {
            on: on.filter(|one| one.is_on_at_first()).collect(),
            create_project_from_job_since: None,
        }
    }
}

impl Preferences {
    /// What a form changes: `saw` was on when the page was made, `ticked` is on in it. What somebody else
    /// changed meanwhile, and this form did not, stays.
    pub fn changes(
        &self,
        saw: &BTreeSet<Preference>,
        ticked: &BTreeSet<Preference>,
    ) -> Vec<(Preference, bool)> {
        let mut after = self.on.clone();
        for one in Preference::ALL {
            match (saw.contains(&one), ticked.contains(&one)) {
                (false, true) => after.insert(one),
                (true, false) => after.remove(&one),
                (true, true) | (false, false) => false,
            };
        }
        let has_what_it_needs = |one: &Preference| one.needs().is_none_or(|it| after.contains(&it));
        let after: BTreeSet<_> = after.iter().copied().filter(has_what_it_needs).collect();
        let changed = self.on.symmetric_difference(&after).copied();
        changed.map(|one| (one, after.contains(&one))).collect()
    }

    /// What is on.
    pub fn on(&self) -> &BTreeSet<Preference> {
        &self.on
    }

    /// Whether it is on.
    pub fn has(&self, one: Preference) -> bool {
        self.on.contains(&one)
    }

    /// The same with this one on or off.
    #[must_use]
    pub fn with(mut self, one: Preference, on: bool) -> Self {
        if on {
            self.on.insert(one);
        } else {
            self.on.remove(&one);
        }
        self
    }

    /// When B9 was last switched on, if it is on.
    pub fn create_project_from_job_since(&self) -> Option<Timestamp> {
        self.create_project_from_job_since
    }

    /// The same with B9 on since then.
    #[must_use]
    pub fn creating_projects_since(mut self, since: Option<Timestamp>) -> Self {
        self.create_project_from_job_since = since;
        self.with(Preference::CreateProjectFromJob, true)
    }
}

impl Serialize for Preferences {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Preference::ALL.len() + 1))?;
        for one in Preference::ALL {
            map.serialize_entry(one.name(), &self.has(one))?;
        }
        map.serialize_entry(SINCE, &self.create_project_from_job_since)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Preferences {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Preferences;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("preferences")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Preferences, A::Error> {
                let mut read = Preferences::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == SINCE {
                        read.create_project_from_job_since = map.next_value()?;
                    } else if let Some(one) = Preference::parse(&name) {
                        read = read.with(one, map.next_value()?);
                    } else {
                        // Another version's.
                        map.next_value::<serde::de::IgnoredAny>()?;
                    }
                }
                Ok(read)
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set<const N: usize>(preferences: [Preference; N]) -> BTreeSet<Preference> {
        preferences.into_iter().collect()
    }

    #[test]
    fn b12_removing_the_previous_assignee_needs_reassignment() {
        let (b11, b12) = (
            Preference::ReassignProject,
            Preference::RemovePreviousAssignee,
        );
        let first = Preferences::default();
        let saw = first.on().clone();
        let with = |more: BTreeSet<Preference>| first.changes(&saw, &(&saw | &more));
        assert_eq!(with(set([b12])), []);
        assert_eq!(with(set([b11, b12])), [(b11, true), (b12, true)]);
        let both = first.clone().with(b11, true).with(b12, true);
        let ticked = &saw | &set([b12]);
        assert_eq!(
            both.changes(both.on(), &ticked),
            [(b11, false), (b12, false)]
        );
    }

    #[test]
    fn b42_a_form_changes_what_somebody_changed_in_it_and_nothing_else() {
        let (b9, b10) = (
            Preference::CreateProjectFromJob,
            Preference::CreateJobFromProject,
        );
        let internal = Preference::CopyInternalPhotos;
        let saw = set([b9, b10]);
        // Meanwhile another tab switched B9 off.
        let now = Preferences::default();
        assert_eq!(
            now.changes(&saw, &set([b9, b10, internal])),
            [(internal, true)]
        );
        assert_eq!(now.changes(&saw, &saw), []);
        // Both mean the same.
        assert_eq!(now.changes(&saw, &set([b10])), []);
    }

    #[test]
    fn b13_what_a_row_does_not_say_is_as_at_first_and_what_is_unknown_is_left() {
        let row = json!({"copy_documents": false, "invented_later": [1]});
        let read: Preferences = serde_json::from_value(row).unwrap();
        let first = Preferences::default();
        assert_eq!(read, first.with(Preference::CopyDocuments, false));
    }

    #[test]
    fn b9_to_b13_what_is_written_is_read_again() {
        for one in Preference::ALL {
            assert_eq!(Preference::parse(one.name()), Some(one));
            let turned = Preferences::default().with(one, !one.is_on_at_first());
            let written = serde_json::to_value(&turned).unwrap();
            assert_eq!(
                serde_json::from_value::<Preferences>(written).unwrap(),
                turned
            );
        }
    }
}
