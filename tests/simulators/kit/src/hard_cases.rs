//! The hard cases of the demo, which both simulators add on request: customers and people whom the two
//! sides know, and not by the same names.
//!
//! Both halves stand here, side by side, since they mean something only together.

/// The city of all of them.
pub const CITY: &str = "Lincoln";
/// Its state.
pub const STATE: &str = "NE";

/// Something that is hard to get right, and what each side knows of it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// What it is.
    pub name: &'static str,
    /// What is to be seen once both sides are connected.
    pub shows: &'static str,
    /// In CompanyCam.
    pub projects: &'static [ProjectCase],
    /// In One Click.
    pub jobs: &'static [JobCase],
}

/// A project in CompanyCam.
#[derive(Clone, Copy, Debug)]
pub struct ProjectCase {
    /// What it is called.
    pub name: &'static str,
    /// Its customer.
    pub contact: Contact,
    /// Where it is.
    pub place: Place,
    /// When it was begun.
    pub days_ago: i64,
}

/// A job in One Click.
#[derive(Clone, Copy, Debug)]
pub struct JobCase {
    /// What is done.
    pub work: &'static str,
    /// Whose it is.
    pub contact: Contact,
    /// Where it is.
    pub place: Place,
    /// When it was made.
    pub days_ago: i64,
}

/// A customer.
#[derive(Clone, Copy, Debug)]
pub struct Contact {
    /// In full.
    pub name: &'static str,
    /// A made-up address.
    pub email: &'static str,
    /// Of the numbers that are reserved for fiction.
    pub phone: &'static str,
}

/// An address in [`CITY`].
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Street and number.
    pub street: &'static str,
    /// Apartment, suite.
    pub unit: Option<&'static str>,
    /// ZIP code.
    pub postal_code: &'static str,
}

const fn place(street: &'static str, postal_code: &'static str) -> Place {
    Place {
        street,
        unit: None,
        postal_code,
    }
}

const fn unit(street: &'static str, unit: &'static str) -> Place {
    Place {
        street,
        unit: Some(unit),
        postal_code: "68508",
    }
}

const fn project(name: &'static str, contact: Contact, place: Place, days_ago: i64) -> ProjectCase {
    ProjectCase {
        name,
        contact,
        place,
        days_ago,
    }
}

const fn job(work: &'static str, contact: Contact, place: Place, days_ago: i64) -> JobCase {
    JobCase {
        work,
        contact,
        place,
        days_ago,
    }
}

const fn contact(name: &'static str, email: &'static str, phone: &'static str) -> Contact {
    Contact { name, email, phone }
}

const MARIA: Contact = contact(
    "Maria Delgado",
    "maria.delgado@customers.example",
    "(402) 555-0101",
);
const DANA: Contact = contact(
    "Dana Grant",
    "dana.grant@customers.example",
    "(402) 555-0102",
);
const JOSE: Contact = contact("José Peña", "jose.pena@customers.example", "(402) 555-0103");
const NORTHGATE: Contact = contact(
    "Northgate Property Management",
    "service@northgate.example",
    "(402) 555-0104",
);
const ALMA: Contact = contact("Alma Ruiz", "alma.ruiz@customers.example", "(402) 555-0105");
const OWEN: Contact = contact("Owen Tate", "owen.tate@customers.example", "(402) 555-0106");
const PRIYA: Contact = contact(
    "Priya Nair",
    "priya.nair@customers.example",
    "(402) 555-0107",
);
const HELEN: Contact = contact(
    "Helen Marsh",
    "helen.marsh@customers.example",
    "(402) 555-0108",
);

/// The customers.
pub const CASES: [Case; 6] = [
    Case {
        name: "One address, written in two ways",
        shows: "The project of Maria Delgado at 3927 Canyon Rd. is linked to the job that is there.",
        projects: &[project(
            "Maria Delgado",
            MARIA,
            place("3927 Canyon Rd.", "68516"),
            9,
        )],
        jobs: &[job("Roof", MARIA, place("3927 Canyon Road", "68516"), 12)],
    },
    Case {
        name: "A project that is named after the work",
        shows: "“Grant - Roof” is at the address of Dana Grant's job: a possible duplicate, about which you are asked.",
        projects: &[project(
            "Grant - Roof",
            DANA,
            place("3877 Elm Ct", "68510"),
            6,
        )],
        jobs: &[job("Roof", DANA, place("3877 Elm Court", "68510"), 20)],
    },
    Case {
        name: "One customer in three spellings",
        shows: "José Peña has one job, and three projects under three names at his address.",
        projects: &[
            project("Jose Pena", JOSE, place("512 N 27th St", "68503"), 21),
            project(
                "Pena, Jose - Gutters",
                JOSE,
                place("512 N. 27th Street", "68503"),
                8,
            ),
            project("Peña deck", JOSE, place("512 North 27th St", "68503"), 3),
        ],
        jobs: &[job(
            "Siding",
            JOSE,
            place("512 North 27th Street", "68503"),
            25,
        )],
    },
    Case {
        name: "A property manager with several addresses",
        shows: "Northgate has four projects and two jobs. Only the address tells which is which.",
        projects: &[
            project(
                "Northgate Property Management",
                NORTHGATE,
                place("101 Vine Street", "68503"),
                18,
            ),
            project(
                "Northgate Property Management",
                NORTHGATE,
                place("215 Vine Street", "68503"),
                16,
            ),
            project(
                "Northgate Property Management",
                NORTHGATE,
                place("88 Calvert Street", "68502"),
                11,
            ),
            project(
                "Northgate Property Management",
                NORTHGATE,
                place("640 Prescott Avenue", "68506"),
                2,
            ),
        ],
        jobs: &[
            job("Gutters", NORTHGATE, place("101 Vine St", "68503"), 30),
            job("Windows", NORTHGATE, place("88 Calvert St", "68502"), 24),
        ],
    },
    Case {
        name: "A condominium",
        shows: "Three customers at 1200 Lakeshore Drive. Their units keep them apart, however they are written.",
        projects: &[
            project(
                "Alma Ruiz",
                ALMA,
                unit("1200 Lakeshore Drive", "Unit 101"),
                15,
            ),
            project(
                "Owen Tate",
                OWEN,
                place("1200 Lakeshore Dr #204", "68508"),
                14,
            ),
            project(
                "Priya Nair",
                PRIYA,
                unit("1200 Lakeshore Drive", "Apt 305"),
                13,
            ),
        ],
        jobs: &[
            job("Windows", ALMA, unit("1200 Lakeshore Dr", "#101"), 26),
            job(
                "Windows",
                OWEN,
                unit("1200 Lakeshore Drive", "Unit 204"),
                26,
            ),
        ],
    },
    Case {
        name: "A customer who came back",
        shows: "Helen Marsh has two jobs and two projects at one address, two and a half years apart.",
        projects: &[
            project(
                "Helen Marsh",
                HELEN,
                place("77 Sheridan Boulevard", "68502"),
                905,
            ),
            project("Helen Marsh", HELEN, place("77 Sheridan Blvd", "68502"), 5),
        ],
        jobs: &[
            job("Roof", HELEN, place("77 Sheridan Boulevard", "68502"), 910),
            job(
                "Storm damage",
                HELEN,
                place("77 Sheridan Boulevard", "68502"),
                7,
            ),
        ],
    },
];

/// Somebody who works for the contractor.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// First name.
    pub first: &'static str,
    /// Last name.
    pub last: &'static str,
    /// The e-mail address in CompanyCam.
    pub companycam: &'static str,
    /// The one in One Click; `None`: is not there.
    pub one_click: Option<&'static str>,
    /// Sees only assigned projects in CompanyCam.
    pub restricted: bool,
    /// In One Click.
    pub role: &'static str,
}

const fn with_two_addresses(
    first: &'static str,
    last: &'static str,
    companycam: &'static str,
    one_click: &'static str,
) -> Person {
    Person {
        first,
        last,
        companycam,
        one_click: Some(one_click),
        restricted: false,
        role: "SALES",
    }
}

const fn restricted(
    (first, last): (&'static str, &'static str),
    email: &'static str,
    role: &'static str,
) -> Person {
    Person {
        first,
        last,
        companycam: email,
        one_click: Some(email),
        restricted: true,
        role,
    }
}

/// An address that a family shares.
const SHARED: &str = "webb.crew@ridgeline.example";

/// The people.
pub const PEOPLE: [Person; 12] = [
    with_two_addresses(
        "Morgan",
        "Price",
        "morgan.price@home.example",
        "mprice@ridgeline.example",
    ),
    with_two_addresses(
        "Quinn",
        "Barrett",
        "qbarrett@home.example",
        "quinn.barrett@ridgeline.example",
    ),
    with_two_addresses(
        "Robert",
        "Hale",
        "rob.hale@home.example",
        "robert.hale@ridgeline.example",
    ),
    with_two_addresses(
        "Sidney",
        "Okafor",
        "sid.okafor@home.example",
        "sidney.okafor@ridgeline.example",
    ),
    with_two_addresses(
        "Taylor",
        "Nguyen",
        "tnguyen@home.example",
        "taylor.nguyen@ridgeline.example",
    ),
    with_two_addresses(
        "Uma",
        "Reddy",
        "uma.reddy@home.example",
        "ureddy@ridgeline.example",
    ),
    with_two_addresses(
        "Victor",
        "Salas",
        "vic.salas@home.example",
        "victor.salas@ridgeline.example",
    ),
    with_two_addresses(
        "Wren",
        "Fischer",
        "wren.f@home.example",
        "wren.fischer@ridgeline.example",
    ),
    with_two_addresses("Sasha", "Webb", SHARED, SHARED),
    Person {
        first: "Toby",
        last: "Webb",
        companycam: SHARED,
        one_click: None,
        restricted: false,
        role: "SALES",
    },
    restricted(
        ("Riley", "Shaw"),
        "riley.shaw@ridgeline.example",
        "PRODUCTION",
    ),
    restricted(
        ("Drew", "Kimball"),
        "drew.kimball@ridgeline.example",
        "ORG_ADMIN",
    ),
];

/// What CompanyCam's half has beside [`CASES`], and the people of both.
const OTHERS: [(&str, &str); 7] = [
    (
        "People with other email addresses",
        "Eight people have the same names on both sides and other addresses: suggestions, to be accepted.",
    ),
    (
        "Two people with one address",
        "Sasha and Toby Webb share an address in CompanyCam. Nobody can tell which of them One Click means.",
    ),
    (
        "Restricted users",
        "Riley Shaw and Drew Kimball see only assigned projects in CompanyCam. Drew is an administrator in One Click: connect as Drew and most projects are out of sight.",
    ),
    (
        "Photos that can't be copied",
        "Of the project “Broken photos” one photo comes over. The others have no file, one that is refused or is no image, are somewhere else, or are duplicates.",
    ),
    (
        "Everything a project can have",
        "“Everything at once” has photos with captions and tags, an internal one, an annotated one, one in HEIC, two kinds of documents, a notepad, labels and assigned users.",
    ),
    (
        "An archived project",
        "“Stored away” is archived and gets no job by itself.",
    ),
    (
        "An old project",
        "The first project of Helen Marsh is older than the first sync looks back.",
    ),
];

/// What each is called, and what it shows.
pub fn list() -> impl Iterator<Item = (&'static str, &'static str)> {
    let customers = CASES.iter().map(|case| (case.name, case.shows));
    customers.chain(OTHERS)
}
