//! B27: the tab says when a side does not answer, and when it does again.

use std::time::Duration;

use model::pause::Side;
use serde_json::json;
use test_support::{Browser, TestApp};

use crate::connected;

const COMPANYCAM: &str = "CompanyCam hasn’t responded since";
const ONE_CLICK: &str = "One Click hasn’t responded since";

async fn says(browser: &Browser, text: &str) -> bool {
    browser.tab().await.says(text)
}

/// Works without waiting, a few times over.
async fn work(test: &TestApp) {
    for _ in 0..3 {
        while test.work_once().await > 0 {}
        test.aws.sqs.hasten();
    }
}

fn down(path: &str) -> serde_json::Value {
    json!({"path": path, "times": null, "action": {"status": 503, "body": ""}})
}

#[tokio::test]
async fn b27_an_outage_of_companycam_is_shown_and_goes() {
    let (test, browser) = connected().await;
    assert!(!says(&browser, COMPANYCAM).await);
    let (project, photos) = test.seed().await;
    test.companycam_fault(down("/v2/*"));
    test.poll().await;
    work(&test).await;
    let tab = browser.tab().await;
    assert!(tab.says(COMPANYCAM), "{}", tab.body);
    assert!(tab.says("will resume automatically. Nothing is lost."));
    assert!(!tab.says(ONE_CLICK));
    test.companycam.controls.clear_faults();
    test.settle().await;
    assert!(!says(&browser, COMPANYCAM).await);
    test.assert_whole(&project, &photos);
}

#[tokio::test]
async fn b27_an_outage_of_one_click_is_shown_and_goes() {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    test.one_click_fault(down("/v1/*"));
    test.poll().await;
    work(&test).await;
    let tab = browser.tab().await;
    assert!(tab.says(ONE_CLICK) && !tab.says(COMPANYCAM), "{}", tab.body);
    test.one_click.controls().clear_faults();
    test.settle().await;
    assert!(!says(&browser, ONE_CLICK).await);
    test.assert_whole(&project, &photos);
}

#[tokio::test]
async fn b27_the_beginning_of_an_outage_stays_while_it_is_probed() {
    let (test, browser) = connected().await;
    test.companycam_fault(down("/v2/*"));
    test.poll().await;
    work(&test).await;
    let since = async || {
        let organization = test.organization().await.unwrap();
        organization.down_since(Side::CompanyCam)
    };
    let began = since().await;
    assert!(began.is_some());
    test.pass(Duration::from_mins(20)).await;
    test.poll().await;
    work(&test).await;
    assert_eq!(since().await, began);
    test.companycam.controls.clear_faults();
    test.settle().await;
    assert!(!says(&browser, COMPANYCAM).await);
}

#[tokio::test]
async fn b27_a_limit_is_no_outage() {
    let (test, browser) = connected().await;
    let limit = json!({"path": "/v2/*", "times": 4, "action": {"status": 429, "body": "{}"}});
    test.companycam_fault(limit);
    test.poll().await;
    test.work_once().await;
    assert!(test.aws.sqs.next_due_ms().is_some(), "it was put off");
    assert!(!says(&browser, COMPANYCAM).await);
    test.settle().await;
    assert_eq!(
        test.organization()
            .await
            .unwrap()
            .down_since(Side::CompanyCam),
        None
    );
}
