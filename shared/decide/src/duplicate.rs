//! Is a job that has no project perhaps the project's, under another name? (B40)

use model::project::ProjectFields;
use one_click::Job;

use crate::location::Location;

/// For so long the job of a project that a run brings waits for somebody to say.
pub const WAITS_S: i64 = 24 * 60 * 60;

/// With more jobs than these at one address it is a house of many: a condominium, a property manager.
const FEW: usize = 2;

/// Whether the job is at the project's address, whatever either is called.
pub fn is_there(job: &Job, project: &ProjectFields) -> bool {
    Location::of_job(&job.address).matches(&Location::of_project(project))
}

/// Of the jobs at the address that no project has, those that somebody is to be asked about: none where there
/// are so many that an address says nothing.
pub fn questionable(jobs: Vec<Job>) -> Vec<Job> {
    if jobs.len() > FEW { Vec::new() } else { jobs }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::location::same_work;

    const STREETS: [&str; 12] = [
        "Elm", "Oak", "Maple", "Canyon", "Granite", "Birch", "Holdrege", "Vine", "Sheridan",
        "Calvert", "Prescott", "Lake",
    ];
    const KINDS: [(&str, &str); 5] = [
        ("Street", "St"),
        ("Avenue", "Ave"),
        ("Road", "Rd"),
        ("Court", "Ct"),
        ("Drive", "Dr"),
    ];
    const NAMES: [&str; 9] = [
        "Lang", "Grant", "Dunn", "Marsh", "Cobb", "Ellis", "Porter", "Monroe", "Hale",
    ];

    /// Numbers that look drawn, and are the same each time.
    struct Draw(u64);

    impl Draw {
        fn below(&mut self, most: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % most
        }

        fn address(&mut self) -> (usize, &'static str, (&'static str, &'static str), String) {
            let number = 100 + self.below(9800);
            let street = STREETS[self.below(STREETS.len())];
            let kind = KINDS[self.below(KINDS.len())];
            (number, street, kind, format!("685{:02}", self.below(30)))
        }

        fn name(&mut self) -> String {
            let first = ["Jamie", "Dana", "Reese", "Riley", "Casey"][self.below(5)];
            format!("{first} {}", NAMES[self.below(NAMES.len())])
        }
    }

    fn job(id: usize, name: &str, line_1: &str, postal_code: &str) -> Job {
        serde_json::from_value(json!({
            "id": format!("j{id}"), "organization_id": "o1", "customer_name": name, "name": "Roof",
            "address": {"line_1": line_1, "city": "Lincoln", "state": "NE", "postal_code": postal_code},
        }))
        .unwrap()
    }

    fn project(line_1: &str, postal_code: &str) -> ProjectFields {
        ProjectFields {
            street_address_1: Some(line_1.to_owned()),
            city: Some("Lincoln".to_owned()),
            state: Some("NE".to_owned()),
            postal_code: Some(postal_code.to_owned()),
            ..ProjectFields::default()
        }
    }

    /// Whether somebody is asked about the project.
    fn is_asked(jobs: &[Job], name: &str, fields: &ProjectFields) -> bool {
        let there: Vec<_> = jobs
            .iter()
            .filter(|job| is_there(job, fields))
            .cloned()
            .collect();
        !there.iter().any(|job| same_work(job, name, fields)) && !questionable(there).is_empty()
    }

    #[test]
    fn b40_of_a_thousand_projects_at_most_ten_wait() {
        let mut draw = Draw(7);
        let mut jobs = Vec::new();
        for id in 0..1000 {
            let (number, street, (_, kind), postal) = draw.address();
            let name = draw.name();
            jobs.push(job(
                id,
                &name,
                &format!("{number} {street} {kind}"),
                &postal,
            ));
        }
        // Condominiums and property managers: many jobs at one address, or of one name.
        for id in 1000..1060 {
            let name = draw.name();
            jobs.push(job(id, &name, "1200 Lake Shore Dr", "68502"));
        }
        let mut waiting = 0;
        for number in 0..1000 {
            let (house, street, (kind, _), postal) = draw.address();
            let line = if number % 20 == 0 {
                "1200 Lake Shore Drive".to_owned()
            } else {
                format!("{house} {street} {kind}")
            };
            let postal = if number % 20 == 0 {
                "68502".to_owned()
            } else {
                postal
            };
            let name = draw.name();
            waiting += usize::from(is_asked(&jobs, &name, &project(&line, &postal)));
        }
        assert!(waiting <= 10, "{waiting}");
    }

    #[test]
    fn b40_of_planted_duplicates_nearly_all_are_asked_about() {
        let mut draw = Draw(11);
        let mut asked = 0;
        for id in 0..200 {
            let (number, street, (long, short), postal) = draw.address();
            let name = draw.name();
            let (surname, work) = (
                name.rsplit(' ').next().unwrap(),
                ["Roof", "deck", "Gutters"][draw.below(3)],
            );
            // As an estimator and a photographer write the same house.
            let ours = [
                format!("{number} {street} {short}"),
                format!("{number} {street} {short}."),
                format!("{number} {} {short}", street.to_uppercase()),
            ];
            let theirs = [
                (
                    format!("{surname} {work}"),
                    format!("{number} {street} {long}"),
                ),
                (
                    format!("{name} - {work}"),
                    format!("{number}  {street} {long}"),
                ),
                (
                    surname.to_owned(),
                    format!("{number} {street} {long}, Lincoln"),
                ),
            ];
            let there = job(id, &name, &ours[draw.below(3)], &postal);
            let (called, line) = &theirs[draw.below(3)];
            asked += usize::from(is_asked(&[there], called, &project(line, &postal)));
        }
        assert!(asked >= 190, "{asked} of 200");
    }

    #[test]
    fn b40_an_equal_name_at_another_address_is_no_question() {
        let there = job(1, "Jamie Lang", "12 Elm St", "68508");
        assert!(!is_asked(
            &[there],
            "Jamie Lang",
            &project("14 Elm St", "68508")
        ));
    }
}
