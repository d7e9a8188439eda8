//! What is asked for finds what matches.

use decide::location::search_terms;

use crate::{Written, place, rows};

fn terms(name: &str, address: &str) -> Vec<String> {
    search_terms(name, &Written::read(address).project())
}

#[test]
fn b20_two_texts_are_asked_for_at_most() {
    for (name, address, asked) in [
        (
            "Pat Larkin",
            "12 Elm St",
            ["12 elm", "Pat Larkin"].as_slice(),
        ),
        ("Pat Larkin", "12 Elm St Apt 4", &["12 elm", "Pat Larkin"]),
        ("Pat Larkin", "Apt 4, 12 Elm St", &["12 elm", "Pat Larkin"]),
        ("Pat Larkin", "254 NW 9th St", &["254 n", "Pat Larkin"]),
        (
            "Pat Larkin",
            "254 North West Ninth St",
            &["254 n", "Pat Larkin"],
        ),
        ("Pat Larkin", "254 9th St", &["254 9", "254 nin"]),
        ("Pat Larkin", "254 Ninth St", &["254 9", "254 nin"]),
        ("Pat Larkin", "254 112th St", &["254 112", "Pat Larkin"]),
        ("Pat Larkin", "12 St Charles Ave", &["12 s", "Pat Larkin"]),
        ("Pat Larkin", "12 Mount Vernon St", &["12 m", "Pat Larkin"]),
        ("Pat Larkin", "12 O'Connell St", &["12 o", "Pat Larkin"]),
        ("Pat Larkin", "12 Peña Dr", &["12 pe", "Pat Larkin"]),
        ("Pat Larkin", "12 US Highway 6", &["12 u", "Pat Larkin"]),
        ("Pat Larkin", "12 County Road 12", &["12 c", "Pat Larkin"]),
        ("Pat Larkin", "P.O. Box 12", &["box 12", "Pat Larkin"]),
        (
            "Pat Larkin",
            "10-123 Main St @ Winnipeg, MB, R3T 1L9",
            &["123 main", "Pat Larkin"],
        ),
        (
            "Pat Larkin",
            "1000 rue Sherbrooke O @ , QC, H3A 3R2",
            &["1000 r", "1000 sherbrooke"],
        ),
        ("Smith & Sons, LLC", "12 Elm St", &["12 elm", "Smith"]),
        ("12 Elm St", "12 Elm St", &["12 elm"]),
        ("Pat Larkin", "", &["Pat Larkin"]),
        ("Li", "", &[]),
        ("", "", &[]),
    ] {
        assert_eq!(terms(name, address), asked, "{name}, {address}");
    }
}

#[test]
fn b20_a_project_called_after_its_address_is_looked_for_by_its_contact() {
    let mut project = Written::read("12 Elm St").project();
    project.contact_name = Some("Larkin, Pat".to_owned());
    assert_eq!(search_terms("12 Elm St", &project), ["12 elm", "Larkin"]);
    assert_eq!(search_terms("Barlow", &project), ["12 elm", "Barlow"]);
}

/// What is the same must be found by what is asked for: whichever spelling the project has, and
/// whichever the job.
#[test]
fn b20_what_is_asked_for_finds_every_spelling() {
    let table = "
        254 NW 9th St = 254 N.W. 9th St = 254 Northwest Ninth Street = 254 N W 9th St
        254 NW 9th St Unit B = Unit B, 254 Northwest 9th St = 254 N.W. 9th St / # B
        254 9th St = 254 Ninth Street = 254 9TH ST. = 254 ninth st
        12 St Charles Ave = 12 Saint Charles Ave = 12 St. Charles Ave = 12 ST CHARLES AVENUE
        12 Mt Hope Rd = 12 Mount Hope Rd = 12 Mt. Hope Road = 12 MT HOPE RD
        12 O'Connell St = 12 O’Connell St = 12 O Connell St = 12 o'connell st
        12 US Highway 6 = 12 U.S. Hwy 6 = 12 United States Highway 6 = 12 US-6
        12 County Road 12 = 12 CR 12 = 12 Co Rd 12 = 12 Cnty Rd 12
        12 State Route 9 = 12 SR 9 = 12 St Rte 9 = 12 State Highway 9
        12 Interstate 80 = 12 I-80 = 12 IH 80 = 12 I 80
        12 Twenty-First St = 12 21st St = 12 Twenty First St = 12 21 St
        PO Box 12 = P.O. Box 12 = Post Office Box 12 = po box 12
        12 No. Elm St = 12 N Elm St = 12 North Elm St = 12 N. Elm St
        12 Park Ave = 12 Pk Ave = 12 PARK AVE = 12 Park Avenue
    ";
    for row in rows(table, "=") {
        for project in &row {
            let terms = terms("", project);
            for job in &row {
                let text = job.to_lowercase();
                let found = terms.iter().any(|term| text.contains(term));
                assert!(found, "{project} finds {job} by {terms:?}");
                assert!(place(project).matches(&place(job)), "{project} = {job}");
            }
        }
    }
}
