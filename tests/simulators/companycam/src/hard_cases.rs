//! CompanyCam's half of the hard cases. The customers and people are the kit's, which has the other half
//! too; what only CompanyCam can have is here.

use simulator_kit::Picture;
use simulator_kit::hard_cases::{CASES, CITY, Contact, PEOPLE, Place, ProjectCase, STATE};

use crate::documents::{Content, NewDocument};
use crate::operations::{NewPhoto, NewProject};
use crate::seed::DAY;
use crate::state::{self, Id, PhotoFile, State, UriKind, User, now, scramble};

/// Older projects are beyond what an integration looks back at first, and nobody hears of them.
const RECENT_DAYS: i64 = 29;
const PHOTOS_EACH: usize = 2;
const PHOTO_BYTES: usize = 250_000;
const DOCUMENT_BYTES: usize = 20_000;
/// How many projects a restricted user is assigned to.
const SEEN: usize = 3;

/// Where the broken photo is that is somewhere else.
const ELSEWHERE: &str = "https://photos.elsewhere.example";

const OFFICE: Contact = Contact {
    name: "Chris Oakley",
    email: "chris.oakley@customers.example",
    phone: "(402) 555-0109",
};

/// The projects of CompanyCam's own: photos that can't be copied, everything at once, an archived one.
const BROKEN: ProjectCase = own("Broken photos", "14 Holdrege Street", 4);
const EVERYTHING: ProjectCase = own("Everything at once", "16 Holdrege Street", 3);
const ARCHIVED: ProjectCase = own("Stored away", "18 Holdrege Street", 10);

const fn own(name: &'static str, street: &'static str, days_ago: i64) -> ProjectCase {
    ProjectCase {
        name,
        contact: OFFICE,
        place: Place {
            street,
            unit: None,
            postal_code: "68503",
        },
        days_ago,
    }
}

impl State {
    /// Adds them to the first company, once; whether they were added.
    pub fn add_hard_cases(&mut self) -> bool {
        let company = self.companies.keys().next().copied();
        let creator = company.and_then(|company| self.admin(company)).cloned();
        let Some(creator) = creator.filter(|_| !self.has_hard_cases) else {
            return false;
        };
        self.has_hard_cases = true;
        let restricted = self.add_people(creator.company);
        let projects = CASES.iter().flat_map(|case| case.projects);
        let mut added = Vec::new();
        for project in projects {
            added.push(self.add_project_case(&creator, project, |state, id| {
                for _ in 0..PHOTOS_EACH {
                    state.add_photo(id, &creator, |_| {});
                }
            }));
        }
        for user in restricted {
            for project in added.iter().take(SEEN) {
                self.assign(*project, user, true);
            }
        }
        self.add_project_case(&creator, &BROKEN, |state, id| {
            state.add_broken_photos(id, &creator);
        });
        self.add_project_case(&creator, &EVERYTHING, |state, id| {
            state.add_everything(id, &creator);
        });
        self.add_project_case(&creator, &ARCHIVED, |state, id| {
            state.add_photo(id, &creator, |_| {});
            state.change_project(id, "project.archived", |project| project.archived = true);
        });
        true
    }

    /// Who sees assigned projects only.
    fn add_people(&mut self, company: Id) -> Vec<Id> {
        let mut restricted = Vec::new();
        for person in &PEOPLE {
            let id = self.take_id();
            let user = User {
                id,
                company,
                first_name: person.first.to_owned(),
                last_name: person.last.to_owned(),
                email: Some(person.companycam.to_owned()),
                active: true,
                restricted: person.restricted,
                created_at: now(),
                updated_at: now(),
            };
            self.users.insert(id, user);
            if person.restricted {
                restricted.push(id);
            }
        }
        restricted
    }

    /// A project with what `fill` puts into it, all of it dated back.
    fn add_project_case(
        &mut self,
        creator: &User,
        case: &ProjectCase,
        fill: impl FnOnce(&mut Self, Id),
    ) -> Id {
        let heard = self.events.len();
        let id = self.create_project(NewProject {
            company: creator.company,
            creator: creator.id,
            name: Some(case.name.to_owned()),
            address: state::Address {
                street_address_1: Some(case.place.street.to_owned()),
                street_address_2: case.place.unit.map(str::to_owned),
                city: Some(CITY.to_owned()),
                state: Some(STATE.to_owned()),
                postal_code: Some(case.place.postal_code.to_owned()),
                country: Some("US".to_owned()),
            },
            coordinates: None,
            contact: Some(state::Contact {
                id: 0,
                name: Some(case.contact.name.to_owned()),
                email: Some(case.contact.email.to_owned()),
                phone_number: Some(case.contact.phone.to_owned()),
            }),
        });
        fill(self, id);
        self.age_project(id, case.days_ago * DAY);
        if case.days_ago > RECENT_DAYS {
            self.events.truncate(heard);
        } else {
            // Something happens in it now: a poll finds it where its events are lost.
            self.touch_project(id);
        }
        id
    }

    /// A finished photo, of which `change` decides what is special.
    fn add_photo(&mut self, project: Id, creator: &User, change: impl FnOnce(&mut NewPhoto)) -> Id {
        let mut new = NewPhoto {
            project,
            creator: creator.id,
            file: PhotoFile::drawn(self.next_picture()),
            captured_at: now(),
            description: None,
            tags: Vec::new(),
            internal: false,
            uri: UriKind::Normal,
        };
        change(&mut new);
        let id = self.create_photo(new);
        self.finish_photo(id, "processed");
        id
    }

    /// Numbers go on from the photos there are, so no two look alike.
    fn next_picture(&self) -> Picture {
        let number = self.photos.len() as u64 + 1;
        Picture {
            seed: scramble(number),
            number,
            taken_at: now(),
            bytes: PHOTO_BYTES,
            marks: 0,
        }
    }

    fn add_broken_photos(&mut self, project: Id, creator: &User) {
        let elsewhere = UriKind::Foreign {
            origin: ELSEWHERE.to_owned(),
        };
        for (caption, uri) in [
            ("This one comes over", UriKind::Normal),
            ("Its original is gone (404)", UriKind::Gone),
            ("Its original is refused (403)", UriKind::Forbidden),
            ("Its original is a web page", UriKind::NotImage),
            ("Its original is somewhere else", elsewhere),
        ] {
            self.add_photo(project, creator, |photo| {
                photo.description = Some(caption.to_owned());
                photo.uri = uri;
            });
        }
        let duplicate = self.create_photo(NewPhoto {
            project,
            creator: creator.id,
            file: PhotoFile::uploaded(bytes::Bytes::new()),
            captured_at: now(),
            description: Some("CompanyCam took this one for a duplicate".to_owned()),
            tags: Vec::new(),
            internal: false,
            uri: UriKind::Missing,
        });
        self.finish_photo(duplicate, "duplicate");
    }

    fn add_everything(&mut self, project: Id, creator: &User) {
        self.add_photo(project, creator, |photo| {
            photo.description = Some("Caption & tags: \"slate grey\", <2 ft".to_owned());
            photo.tags = ["Before", "Roof", "Damage"].map(str::to_owned).to_vec();
        });
        self.add_photo(project, creator, |photo| {
            photo.description = Some("Internal: not for the customer".to_owned());
            photo.internal = true;
        });
        let annotated = self.add_photo(project, creator, |photo| {
            photo.description = Some("Annotated twice".to_owned());
        });
        self.annotate_photo(annotated);
        self.annotate_photo(annotated);
        let heic = PhotoFile::heic(self.next_picture());
        self.add_photo(project, creator, |photo| {
            photo.description = Some("In HEIC, as phones take them".to_owned());
            photo.file = heic;
        });
        for name in ["Estimate.pdf", "Measurements.csv"] {
            self.create_document(NewDocument {
                project,
                creator: creator.id,
                name: name.to_owned(),
                content: Content::MadeUp(DOCUMENT_BYTES),
                content_type: None,
            });
        }
        self.add_labels(project, &["Insurance", "Warranty"].map(str::to_owned));
        self.change_project(project, "project.updated", |project| {
            project.notepad = Some("Gate code 4411. Call before coming.".to_owned());
        });
        let company = self
            .users
            .values()
            .filter(|user| user.company == creator.company && user.active);
        let crew: Vec<Id> = company.take(2).map(|user| user.id).collect();
        for user in crew {
            self.assign(project, user, true);
        }
    }
}
