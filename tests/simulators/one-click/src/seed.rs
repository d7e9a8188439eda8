//! The made-up organizations that a simulator starts with.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::world::World;
use crate::world::jobs::Backdate;

/// Ridgeline's users: id, name, e-mail address, active, role.
///
/// With the addresses written as people write them: in upper case, with space around, one shared
/// by two users, and one user who has left.
const RIDGELINE_USERS: [(&str, &str, &str, bool, &str); 9] = [
    (
        "usr_avery",
        "Avery Stone",
        "avery.stone@ridgeline.example",
        true,
        "ORG_ADMIN",
    ),
    (
        "usr_blake",
        "Blake Moreno",
        "Blake.Moreno@Ridgeline.example",
        true,
        "SALES",
    ),
    (
        "usr_casey",
        "Casey Lund",
        " casey.lund@ridgeline.example ",
        true,
        "SALES",
    ),
    (
        "usr_devon",
        "Devon Park",
        "devon.park@ridgeline.example",
        true,
        "PRODUCTION",
    ),
    (
        "usr_emery",
        "Emery Cole",
        "EMERY.COLE@RIDGELINE.EXAMPLE",
        true,
        "ORG_ADMIN",
    ),
    (
        "usr_finley",
        "Finley Hart",
        "finley.hart@ridgeline.example",
        true,
        "SALES",
    ),
    (
        "usr_front_desk",
        "Front Desk",
        "office@ridgeline.example",
        true,
        "OFFICE",
    ),
    (
        "usr_back_office",
        "Back Office",
        "Office@ridgeline.example",
        true,
        "OFFICE",
    ),
    (
        "usr_gray",
        "Gray Novak",
        "gray.novak@ridgeline.example",
        false,
        "SALES",
    ),
];

/// Harbor's users; one has the address of a Ridgeline user, as people with two employers do.
const HARBOR_USERS: [(&str, &str, &str, bool, &str); 3] = [
    (
        "usr_harper",
        "Harper Quinn",
        "harper.quinn@harbor.example",
        true,
        "ORG_ADMIN",
    ),
    (
        "usr_indigo",
        "Indigo Vale",
        "indigo.vale@harbor.example",
        true,
        "SALES",
    ),
    (
        "usr_blake_h",
        "Blake Moreno",
        "blake.moreno@ridgeline.example",
        true,
        "SALES",
    ),
];

const FIRST_NAMES: [&str; 12] = [
    "Alex", "Dana", "Jamie", "Jordan", "Kendall", "Logan", "Morgan", "Parker", "Quinn", "Reese",
    "Robin", "Sage",
];
const LAST_NAMES: [&str; 12] = [
    "Abbott", "Brandt", "Carver", "Dunn", "Ellis", "Fox", "Grant", "Hayes", "Ivers", "Keller",
    "Lang", "Marsh",
];
const STREETS: [&str; 8] = [
    "Alder Way",
    "Birch Street",
    "Canyon Road",
    "Dogwood Lane",
    "Elm Court",
    "Foxglove Drive",
    "Granite Avenue",
    "Hollow Road",
];
const CITIES: [(&str, &str, &str); 5] = [
    ("Lincoln", "NE", "68508"),
    ("Omaha", "NE", "68102"),
    ("Boulder", "CO", "80302"),
    ("Denver", "CO", "80202"),
    ("Topeka", "KS", "66603"),
];
const WORK: [&str; 6] = ["Roof", "Siding", "Windows", "Gutters", "Deck", "Doors"];

/// Makes `org_ridgeline` and `org_harbor`. The same seed makes the same jobs.
pub(crate) fn standard(world: &mut World, seed: u64) -> Result<(), ApiError> {
    let mut random = StdRng::seed_from_u64(seed);
    let organizations: [(&str, &str, &[_], usize); 2] = [
        ("org_ridgeline", "Ridgeline Exteriors", &RIDGELINE_USERS, 5),
        ("org_harbor", "Harbor Home Improvement", &HARBOR_USERS, 2),
    ];
    for (id, name, users, jobs) in organizations {
        world.add_organization(id, name);
        for (user_id, name, email, active, role) in users {
            let user = json!({
                "id": user_id, "name": name, "email": email, "active": active, "role": role,
            });
            world.create_user(id, &user)?;
        }
        add_jobs(world, id, jobs, &mut random)?;
    }
    world.outbox.clear();
    Ok(())
}

/// Makes an organization with numbered users (the first an administrator) and some jobs.
pub(crate) fn add_organization(
    world: &mut World,
    id: &str,
    name: &str,
    users: usize,
    jobs: usize,
) -> Result<(), ApiError> {
    world.add_organization(id, name);
    for number in 1..=users {
        let role = if number == 1 { "ORG_ADMIN" } else { "SALES" };
        let user = json!({
            "id": format!("usr_{id}_{number}"),
            "name": format!("User {number}"),
            "email": format!("user-{number}@{}.example", id.replace('_', "-")),
            "role": role,
        });
        world.create_user(id, &user)?;
    }
    let seed = id.bytes().fold(0, |seed: u64, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    add_jobs(world, id, jobs, &mut StdRng::seed_from_u64(seed))
}

fn add_jobs(
    world: &mut World,
    organization_id: &str,
    count: usize,
    random: &mut StdRng,
) -> Result<(), ApiError> {
    let users: Vec<String> = world
        .organization(organization_id)?
        .users
        .iter()
        .filter(|user| user.active)
        .map(|user| user.id.clone())
        .collect();
    for _ in 0..count {
        let job = random_job(&users, random);
        world.create_job(organization_id, &json!({ "job": job }), Backdate::default())?;
    }
    Ok(())
}

fn random_job(users: &[String], random: &mut StdRng) -> Value {
    let first = pick(&FIRST_NAMES, random);
    let last = pick(&LAST_NAMES, random);
    let (city, state, postal_code) = pick(&CITIES, random);
    let customer = format!("{first} {last}");
    let street = format!(
        "{} {}",
        random.random_range(100..9900),
        pick(&STREETS, random)
    );
    // 555-0100 to 555-0199 are reserved for fiction.
    let number = format!("(402) 555-01{:02}", random.random_range(0..100));
    let user = (!users.is_empty()).then(|| pick(users, random));
    json!({
        "name": format!("{customer}, {}", pick(&WORK, random)),
        "customer_name": customer,
        "email": format!("{first}.{last}@customers.example").to_lowercase(),
        "phones": [{ "name": "Mobile", "number": number }],
        "address": {
            "line_1": street, "line_2": null,
            "city": city, "state": state, "postal_code": postal_code,
        },
        "assigned_user_id": user,
        "created_by_user_id": user,
    })
}

fn pick<'a, T>(from: &'a [T], random: &mut StdRng) -> &'a T {
    &from[random.random_range(0..from.len())]
}
