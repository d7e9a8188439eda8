//! The companies that a simulator starts with, the same for the same seed.

use bytes::Bytes;
use serde_json::json;
use simulator_kit::Picture;

use crate::documents::{Content, NewDocument};
use crate::operations::{NewPhoto, NewProject};
use crate::settings::Options;
use crate::state::{
    Address, Company, Contact, Id, Integration, PhotoFile, State, UriKind, User, now, scramble,
};

pub(crate) const DAY: i64 = 86_400;

/// The first company's people; the same addresses exist in One Click's simulator.
const PEOPLE: [(&str, &str); 12] = [
    ("Avery", "Stone"),
    ("Blake", "Moreno"),
    ("Casey", "Lund"),
    ("Devon", "Park"),
    ("Emery", "Cole"),
    ("Finley", "Hart"),
    ("Gray", "Ellis"),
    ("Harper", "Quinn"),
    ("Indigo", "Vale"),
    ("Jules", "Archer"),
    ("Kit", "Monroe"),
    ("Lane", "Porter"),
];

const STREETS: [&str; 8] = [
    "Cedar Street",
    "Harvest Lane",
    "Quarry Road",
    "Juniper Court",
    "Meadow Drive",
    "Orchard Avenue",
    "Summit Way",
    "Willow Bend",
];
const TOWNS: [(&str, &str, &str); 4] = [
    ("Lincoln", "NE", "68508"),
    ("Omaha", "NE", "68102"),
    ("Ames", "IA", "50010"),
    ("Boulder", "CO", "80302"),
];
const FAMILIES: [&str; 12] = [
    "Abbott", "Barlow", "Castell", "Dunmore", "Easton", "Fairley", "Garrick", "Holloway", "Ingram",
    "Jarvis", "Kendrick", "Larkin",
];
const WORKS: [&str; 6] = [
    "Roof replacement",
    "Siding",
    "Gutters",
    "Windows",
    "Deck",
    "Storm damage",
];
const CAPTIONS: [&str; 6] = [
    "Front elevation",
    "North slope before tear-off",
    "Flashing around the chimney",
    "Customer's choice: \"slate grey\" & white trim",
    "Damage <2 ft from the ridge",
    "Finished – ready for walk-through",
];
const TAGS: [&str; 5] = ["Before", "After", "Damage", "Roof", "Materials"];

pub(crate) fn seed(options: &Options, origin: &str) -> State {
    let mut state = State::new(options.settings.clone(), origin);
    for index in 0..options.companies {
        seed_company(&mut state, options, index);
    }
    if options.hard_cases {
        state.add_hard_cases();
    }
    // What was there before anyone looked is no news.
    state.events.clear();
    state
}

/// Draws from a seed, in order.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        scramble(self.0) % bound.max(1)
    }

    fn one_in(&mut self, chance: u64) -> bool {
        self.below(chance) == 0
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap_or(0)]
    }

    /// A time between `least` and `most` days ago.
    fn days_ago(&mut self, least: u64, most: u64) -> i64 {
        let seconds = least * 86_400 + self.below((most - least) * 86_400);
        now() - i64::try_from(seconds).unwrap_or(0)
    }
}

fn seed_company(state: &mut State, options: &Options, index: usize) {
    let mut draw = Draw(scramble(options.seed ^ ((index as u64) << 48)));
    let company = state.take_id();
    let (name, domain) = if index == 0 {
        (
            "Ridgeline Exteriors".to_owned(),
            "ridgeline.example".to_owned(),
        )
    } else {
        (
            format!("Company {index}"),
            format!("company-{index}.example"),
        )
    };
    let personal_token = format!("cc-personal-{:016x}", scramble(options.seed ^ company));
    state.companies.insert(
        company,
        Company {
            id: company,
            name,
            personal_token,
        },
    );
    let users = seed_users(state, options, company, &domain);
    let crew = Crew {
        company,
        users: &users,
    };
    let mut projects = Vec::new();
    for number in 0..options.projects {
        let age = draw.days_ago(0, options.days);
        projects.push(seed_project(state, &mut draw, crew, number, age));
    }
    for number in 0..options.photos {
        if projects.is_empty() {
            break;
        }
        let project = projects[number % projects.len()];
        let before = state
            .projects
            .get(&project)
            .map(|project| project.updated_at);
        let photo = seed_photo(state, options, &mut draw, &users, (project, number));
        state.finish_photo(photo, "processed");
        settle(state, project, photo, before);
    }
    for (number, project) in projects
        .iter()
        .enumerate()
        .filter(|(number, _)| number % 6 == 0)
    {
        let name = format!("estimate-{}.pdf", number + 1);
        let before = state
            .projects
            .get(project)
            .map(|project| project.updated_at);
        state.create_document(NewDocument {
            project: *project,
            creator: users[0],
            name,
            content: Content::MadeUp(20_000),
            content_type: None,
        });
        restore_time(state, *project, before);
    }
    if options.extras && !projects.is_empty() {
        seed_extras(state, options, &mut draw, crew, &projects);
    }
}

/// Dates a seeded photo's upload to ten minutes after its capture, and its project's activity to
/// that or to what it was `before`: seeding itself is no activity.
fn settle(state: &mut State, project: Id, photo: Id, before: Option<i64>) {
    let mut uploaded_at = now();
    if let Some(photo) = state.photos.get_mut(&photo) {
        uploaded_at = (photo.captured_at + 600).min(now());
        photo.created_at = uploaded_at;
        photo.updated_at = uploaded_at;
    }
    restore_time(state, project, before.map(|before| before.max(uploaded_at)));
}

fn restore_time(state: &mut State, project: Id, time: Option<i64>) {
    if let (Some(project), Some(time)) = (state.projects.get_mut(&project), time) {
        project.updated_at = time;
    }
}

fn seed_users(state: &mut State, options: &Options, company: Id, domain: &str) -> Vec<Id> {
    let mut users = Vec::new();
    for index in 0..options.users {
        let (first, last) = PEOPLE[index % PEOPLE.len()];
        let round = index / PEOPLE.len();
        let suffix = if round == 0 {
            String::new()
        } else {
            format!("{round}")
        };
        let plain = format!("{first}.{last}{suffix}@{domain}").to_lowercase();
        let email = match index % PEOPLE.len() {
            // Matching ignores case, so not everybody writes addresses alike.
            2 => Some(
                format!("{first}.{last}{suffix}@Ridgeline.example")
                    .replace("Ridgeline.example", domain),
            ),
            3 => Some(plain.to_uppercase()),
            10 | 11 => None,
            _ => Some(plain),
        };
        let id = state.take_id();
        let user = User {
            id,
            company,
            first_name: first.to_owned(),
            last_name: format!("{last}{suffix}"),
            email,
            active: index % PEOPLE.len() != 9,
            restricted: false,
            created_at: now() - 400 * DAY,
            updated_at: now() - 400 * DAY,
        };
        state.users.insert(id, user);
        users.push(id);
    }
    users
}

/// A company and who works there.
#[derive(Clone, Copy)]
struct Crew<'a> {
    company: Id,
    users: &'a [Id],
}

fn seed_project(
    state: &mut State,
    draw: &mut Draw,
    crew: Crew<'_>,
    number: usize,
    created_at: i64,
) -> Id {
    let Crew { company, users } = crew;
    let family = draw.pick(&FAMILIES);
    let work = draw.pick(&WORKS);
    let (city, region, postal_code) = draw.pick(&TOWNS);
    let street = format!("{} {}", 100 + number * 7 + 1, draw.pick(&STREETS));
    let unnamed = number % 17 == 5;
    let homeless = number % 13 == 7;
    let address = if homeless {
        Address::default()
    } else {
        Address {
            street_address_1: Some(street),
            street_address_2: draw
                .one_in(6)
                .then(|| format!("Unit {}", draw.below(40) + 1)),
            city: Some(city.into()),
            state: Some(region.into()),
            postal_code: Some(postal_code.into()),
            country: Some("US".into()),
        }
    };
    let contact = (draw.below(10) < 7).then(|| Contact {
        id: 0,
        name: Some(format!("Pat {family}")),
        email: Some(format!(
            "{}{number}@customer.example",
            family.to_lowercase()
        )),
        phone_number: Some(format!("402-555-{:04}", 100 + number % 9000)),
    });
    let creator = draw.pick(&users[..users.len().min(6)]);
    let id = state.create_project(NewProject {
        company,
        creator,
        name: (!unnamed).then(|| format!("{family} – {work}")),
        address,
        coordinates: Some(json!({"lat": 40.8, "lon": -96.7})),
        contact,
    });
    let relation = draw.below(100_000);
    let integrations = match draw.below(12) {
        0 => vec![Integration {
            kind: "JobNimbus".into(),
            relation_id: Some(format!("jn{relation}")),
        }],
        1 => vec![Integration {
            kind: "JobProgress".into(),
            relation_id: Some(relation.to_string()),
        }],
        _ => Vec::new(),
    };
    let assigned = draw.below(3);
    let notepad = draw
        .one_in(5)
        .then(|| "Gate code 4411, dog in the yard".to_owned());
    let first = usize::try_from(draw.below(5)).unwrap_or(0);
    if let Some(project) = state.projects.get_mut(&id) {
        project.integrations = integrations;
        project.notepad = notepad;
        project.assignees = users
            .iter()
            .cycle()
            .skip(first)
            .take(usize::try_from(assigned).unwrap_or(0))
            .copied()
            .collect();
        project.created_at = created_at;
        project.updated_at = created_at;
    }
    id
}

fn seed_photo(
    state: &mut State,
    options: &Options,
    draw: &mut Draw,
    users: &[Id],
    (project, number): (Id, usize),
) -> Id {
    let earliest = state
        .projects
        .get(&project)
        .map_or_else(now, |project| project.created_at);
    let span = u64::try_from(now() - earliest).unwrap_or(0).min(5 * 86_400);
    let captured_at = earliest + i64::try_from(draw.below(span)).unwrap_or(0);
    let bytes = options.photo_bytes.unwrap_or_else(|| {
        let size = if draw.one_in(20) {
            2_000_000 + draw.below(6_000_000)
        } else {
            200_000 + draw.below(700_000)
        };
        usize::try_from(size).unwrap_or(200_000)
    });
    let description = (draw.below(3) > 0).then(|| draw.pick(&CAPTIONS).to_owned());
    let tags = if draw.one_in(2) {
        vec![draw.pick(&TAGS).to_owned()]
    } else {
        Vec::new()
    };
    let picture = Picture {
        seed: draw.below(u64::MAX),
        number: number as u64 + 1,
        taken_at: captured_at,
        bytes,
        marks: 0,
    };
    state.create_photo(NewPhoto {
        project,
        creator: draw.pick(&users[..users.len().min(6)]),
        file: PhotoFile::drawn(picture),
        captured_at,
        description,
        tags,
        internal: false,
        uri: UriKind::Normal,
    })
}

fn seed_extras(
    state: &mut State,
    options: &Options,
    draw: &mut Draw,
    crew: Crew<'_>,
    projects: &[Id],
) {
    let users = crew.users;
    for (offset, days) in [(0, 2), (1, 3), (2, 60), (3, 200)] {
        let number = options.projects + offset;
        let created_at = now() - days * DAY;
        let id = seed_project(state, draw, crew, number, created_at);
        if let Some(project) = state.projects.get_mut(&id) {
            project.archived = offset == 0;
            project.deleted = offset == 1;
        }
    }
    let statuses = ["processed", "pending", "duplicate"];
    for (offset, status) in statuses.into_iter().enumerate() {
        let project = projects[offset % projects.len()];
        let before = state
            .projects
            .get(&project)
            .map(|project| project.updated_at);
        let photo = seed_photo(
            state,
            options,
            draw,
            users,
            (project, options.photos + offset),
        );
        if let Some(photo) = state.photos.get_mut(&photo) {
            status.clone_into(&mut photo.processing_status);
            photo.internal = status == "processed";
            if status == "duplicate" {
                // A duplicate has no file of its own.
                photo.files = vec![PhotoFile::uploaded(Bytes::new())];
                photo.uri = UriKind::Missing;
            }
        }
        settle(state, project, photo, before);
    }
}
