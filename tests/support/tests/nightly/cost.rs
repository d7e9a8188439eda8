//! What a night costs (B17): `make nightly-cost` prints it.

use test_support::steps::requests;
use test_support::{TestApp, prices};

use crate::{checks, night};

/// A company, as far as its night goes.
struct Company {
    projects: usize,
    photos: usize,
    tags: usize,
    /// How many tags all photos carry together.
    tagged: usize,
}

/// GETs of CompanyCam.
#[derive(Debug, PartialEq)]
struct Gets {
    projects: usize,
    photos: usize,
    tags: usize,
    documents: usize,
}

impl Company {
    /// Lists have a hundred a page, and photos are listed for ten projects at once.
    fn gets(&self) -> Gets {
        let ten = 10 * self.photos / self.projects;
        Gets {
            projects: self.projects.div_ceil(100),
            photos: self.projects.div_ceil(10) * ten.div_ceil(100),
            tags: self.tags.div_ceil(100) + self.tags * (self.tagged / self.tags).div_ceil(100),
            documents: self.projects,
        }
    }
}

impl Gets {
    fn without_documents(&self) -> usize {
        self.projects + self.photos + self.tags
    }
}

const SMALL: Company = Company {
    projects: 10,
    photos: 200,
    tags: 2,
    tagged: 300,
};

const LARGE: Company = Company {
    projects: 5_000,
    photos: 100_000,
    tags: 100,
    tagged: 150_000,
};

/// Connected, with everything of the small company copied long ago.
async fn small() -> TestApp {
    let test = TestApp::connected().await;
    let photos_each = SMALL.photos / SMALL.projects;
    test.fill(SMALL.projects, photos_each, SMALL.tags).await;
    test.sync("29").await;
    test
}

fn gets(test: &TestApp) -> Gets {
    let count = |wanted: fn(&str, &str) -> bool| {
        let asked = requests(&test.companycam.controls, "GET", "/v2/");
        let asked = asked.iter();
        asked
            .filter(|asked| wanted(&asked.path, &asked.query))
            .count()
    };
    Gets {
        projects: count(|path, _| path == "/v2/projects"),
        photos: count(|path, query| path == "/v2/photos" && query.contains("project_ids")),
        tags: count(|path, query| path == "/v2/tags" || query.contains("tag_ids")),
        documents: count(|path, _| path.ends_with("/documents")),
    }
}

/// What one call too many would cost is seen here.
#[tokio::test]
#[allow(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a table of small numbers"
)]
async fn b17_the_cost_of_a_night() {
    let test = small().await;
    test.companycam.controls.clear_requests();
    test.aws.count_units().await;
    night(&test).await;
    let units = test.aws.count_units().await;
    assert_eq!(
        checks(&test).await,
        ["Nightly check: 200 of 200 copies verified."]
    );
    let asked = gets(&test);
    assert_eq!(asked, SMALL.gets());
    let all = requests(&test.companycam.controls, "GET", "/v2/").len();
    assert_eq!(
        all,
        asked.without_documents() + asked.documents,
        "and no other"
    );

    let large = LARGE.gets();
    assert!(large.without_documents() <= 3_100, "{large:?}");
    assert!(large.without_documents() + large.documents <= 8_200);
    let of_large = LARGE.photos as f64 / SMALL.photos as f64;
    let (reads, writes) = (units.reads * of_large, units.writes * of_large);
    let dollars = reads * prices::DYNAMODB_READ_UNIT + writes * prices::DYNAMODB_WRITE_UNIT;
    println!(
        "A night of {} projects, {} photos and {} tags: {} GETs of CompanyCam and {} for documents; \
         DynamoDB {reads:.0} read and {writes:.0} written units, ${dollars:.3}",
        LARGE.projects,
        LARGE.photos,
        LARGE.tags,
        large.without_documents(),
        large.documents,
    );
    assert!(units.reads < 3.0 * SMALL.photos as f64, "{units:?}");
    assert!(units.writes < 0.6 * SMALL.photos as f64, "{units:?}");
}
