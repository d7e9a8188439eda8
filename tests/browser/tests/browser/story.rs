//! The whole story of an administrator, with scripts and without.

use anyhow::{Context, Result, ensure};
use browser_tests::chromium::{Chromium, DESK, PHONE, Scripts};
use browser_tests::fixtures::Cast;
use browser_tests::simulators::{CompanyCam, OneClick};
use browser_tests::tab::{
    COPY_INTERNAL, CREATE_JOB, CREATE_PROJECT, ONLY_MATCHED, REASSIGN, REMOVE_PREVIOUS, Tab,
};

use crate::no_complaints;

#[tokio::test]
async fn b3_b25_the_whole_story() -> Result<()> {
    walk("org_story", Scripts::On, DESK).await
}

#[tokio::test]
async fn b3_b25_the_whole_story_on_a_phone() -> Result<()> {
    walk("org_phone", Scripts::On, PHONE).await
}

#[tokio::test]
async fn b3_b25_the_whole_story_without_scripts() -> Result<()> {
    walk("org_plain", Scripts::Off, DESK).await
}

struct Story<'a> {
    cast: &'a Cast,
    chromium: &'a Chromium,
    tab: Tab<'a>,
    one_click: OneClick<'a>,
    companycam: CompanyCam<'a>,
    scripts: Scripts,
}

async fn walk(org: &str, scripts: Scripts, screen: (u32, u32)) -> Result<()> {
    let cast = &Cast::new(org).await?;
    let chromium = &Chromium::start(scripts).await?;
    chromium.screen(screen).await?;
    let story = Story {
        cast,
        chromium,
        tab: Tab { cast, chromium },
        one_click: OneClick { cast, chromium },
        companycam: CompanyCam { cast, chromium },
        scripts,
    };
    story.connects_and_syncs().await?;
    story.picks_a_match().await?;
    story.creates_a_project_from_a_job().await?;
    story.leaves_new_projects_alone().await?;
    story.reassigns().await?;
    story.lets_projects_of_nobody_wait().await?;
    story.keeps_internal_photos_out().await?;
    story.syncs_and_cancels().await?;
    story.is_told_of_a_failure_and_retries().await?;
    story.reconnects().await?;
    story.disconnects_and_connects_again().await?;
    no_complaints(chromium).await
}

impl Story<'_> {
    /// The id of a user of CompanyCam.
    async fn user(&self, name: &str) -> Result<String> {
        let state = self.cast.stack.companycam_state().await?;
        let users = state["users"].as_array().context("no users")?;
        let is_it = |user: &&serde_json::Value| {
            user["company_id"] == self.cast.person.company.as_str() && user["name"] == name
        };
        let found = users.iter().find(is_it).context("no such user")?;
        Ok(found["id"].as_str().context("no id")?.to_owned())
    }

    /// Without scripts nothing on a page changes by itself.
    fn reload(&self) -> bool {
        self.scripts == Scripts::Off
    }

    /// B1–B3, B6, B15, B19.
    async fn connects_and_syncs(&self) -> Result<()> {
        let (cast, tab) = (self.cast, self.tab);
        cast.user_of_both("Robin", "Roof").await?;
        cast.user_of_both("Sam", "Siding").await?;
        cast.companycam_user("Uma", "Umbra", "uma@elsewhere.example")
            .await?;
        cast.one_click_user("Uma at home", "uma@home.example")
            .await?;
        let project = cast.project("Maple Street 7").await?;
        for caption in ["Front", "Back"] {
            cast.photo(&project, caption).await?;
        }
        let held = cast.held_photo(&project, "Roof").await?;

        tab.connect().await?;
        let robin = tab.user("Robin Roof").await?;
        ensure!(robin.matches("Robin Roof").count() == 2, "{robin}");
        let uma = tab.user("Uma Umbra").await?;
        ensure!(uma.contains("Not matched"), "{uma}");

        self.until_progress("Projects: 1 of 1").await?;
        self.until_progress("Photos: 2 of 3").await?;
        cast.release_photo(&held).await?;
        tab.until_synced(self.reload()).await?;
        tab.says_state("Connected").await?;

        self.one_click.open_job("Maple Street 7").await?;
        let mut photos = self.one_click.look_at_photos(3).await?;
        photos.sort();
        ensure!(photos == ["Back", "Front", "Roof"], "{photos:?}");
        Ok(())
    }

    /// Waits for what the progress says.
    async fn until_progress(&self, text: &str) -> Result<()> {
        self.chromium
            .until(&format!("the progress says “{text}”"), async || {
                if self.reload() {
                    self.chromium.reload().await?;
                }
                Ok(self.tab.progress().await?.contains(text).then_some(()))
            })
            .await
    }

    /// B7.
    async fn picks_a_match(&self) -> Result<()> {
        self.tab.open().await?;
        self.tab.pick("Uma Umbra", "Uma at home").await?;
        let uma = self.tab.user("Uma Umbra").await?;
        ensure!(
            uma.contains("Uma at home") && uma.contains("manually"),
            "{uma}"
        );
        Ok(())
    }

    /// B9, B21.
    async fn creates_a_project_from_a_job(&self) -> Result<()> {
        self.tab.prefer(&[(CREATE_PROJECT, true)]).await?;
        self.one_click.create_job("Nora New", "New roof").await?;
        self.chromium
            .until("the job has a project", async || {
                self.chromium.reload().await?;
                let text = self.chromium.text().await?;
                Ok(text.contains("cc_project_id").then_some(()))
            })
            .await?;
        self.companycam.has_project("Nora New").await
    }

    /// B10.
    async fn leaves_new_projects_alone(&self) -> Result<()> {
        self.tab.open().await?;
        self.tab.prefer(&[(CREATE_JOB, false)]).await?;
        self.cast.project("Left alone").await?;
        self.tab.until_logged(&["Skipped", "Left alone"]).await?;
        let customers = self.one_click.customers().await?;
        ensure!(
            !customers.contains(&"Left alone".to_owned()),
            "{customers:?}"
        );
        self.tab.open().await?;
        self.tab.prefer(&[(CREATE_JOB, true)]).await?;
        let project = self.cast.project("Taken over").await?;
        self.cast.job_of(&project).await?;
        self.one_click.open_job("Taken over").await
    }

    /// B11, B12.
    async fn reassigns(&self) -> Result<()> {
        let project = self.cast.project_where("name", "Taken over").await?;
        let project = project.context("no project")?["id"].clone();
        let project = project.as_str().context("no id")?;
        let (robin, sam) = (
            self.user("Robin Roof").await?,
            self.user("Sam Siding").await?,
        );

        self.tab.open().await?;
        let (on, enabled) = self.chromium.ticked(REMOVE_PREVIOUS).await?;
        ensure!(!on && !enabled, "B12 can be switched on without B11");
        self.tab.prefer(&[(REASSIGN, true)]).await?;
        self.one_click.open_job("Taken over").await?;
        self.one_click.reassign("Robin Roof").await?;
        self.cast.until_assigned(project, &[&robin]).await?;

        self.tab.open().await?;
        self.tab.prefer(&[(REMOVE_PREVIOUS, true)]).await?;
        self.one_click.open_job("Taken over").await?;
        self.one_click.reassign("Sam Siding").await?;
        self.cast.until_assigned(project, &[&sam]).await?;

        self.tab.open().await?;
        self.tab.prefer(&[(REASSIGN, false)]).await?;
        let (on, enabled) = self.chromium.ticked(REMOVE_PREVIOUS).await?;
        ensure!(!on && !enabled, "B12 stays on without B11");
        Ok(())
    }

    /// B13.
    async fn lets_projects_of_nobody_wait(&self) -> Result<()> {
        self.tab.open().await?;
        self.tab.prefer(&[(ONLY_MATCHED, true)]).await?;
        let project = self.cast.project("Of nobody").await?;
        self.tab.until_logged(&["Skipped", "Of nobody"]).await?;
        // The activity tells it a moment before the look is through.
        self.chromium
            .until("it is held", async || {
                self.tab.open().await?;
                let found = self.tab.find(&project).await?;
                Ok(found.contains("Held until someone assigned").then_some(()))
            })
            .await?;

        self.cast
            .assign(&project, &self.user("Robin Roof").await?)
            .await?;
        self.cast.stack.poll().await?;
        self.cast.job_of(&project).await?;
        self.tab.open().await?;
        self.tab.prefer(&[(ONLY_MATCHED, false)]).await
    }

    /// B13.
    async fn keeps_internal_photos_out(&self) -> Result<()> {
        let project = self.cast.project("With an internal photo").await?;
        self.cast.job_of(&project).await?;
        let internal = self.cast.internal_photo(&project).await?;
        self.cast.photo(&project, "For everybody").await?;
        self.one_click.open_job("With an internal photo").await?;
        let photos = self.one_click.look_at_photos(1).await?;
        ensure!(photos == ["For everybody"], "{photos:?}");
        self.tab.open().await?;
        let found = self.tab.find(&internal).await?;
        ensure!(found.contains("marked internal"), "{found}");

        self.tab.open().await?;
        self.tab.prefer(&[(COPY_INTERNAL, true)]).await?;
        self.cast.describe_photo(&internal, "For us").await?;
        self.one_click.open_job("With an internal photo").await?;
        self.one_click.look_at_photos(2).await?;

        self.tab.open().await?;
        self.tab.prefer(&[(COPY_INTERNAL, false)]).await?;
        self.cast.describe_photo(&internal, "Still for us").await?;
        self.one_click.open_job("With an internal photo").await?;
        let photos = self.one_click.look_at_photos(1).await?;
        ensure!(photos == ["For everybody"], "{photos:?}");
        Ok(())
    }

    /// B19: once to its end, and once cancelled.
    async fn syncs_and_cancels(&self) -> Result<()> {
        let project = self.cast.project("With a slow photo").await?;
        self.cast.job_of(&project).await?;
        self.tab.open().await?;
        self.tab.sync("the last 90 days").await?;
        self.chromium.until_says("The sync has started.").await?;
        self.tab.until_synced(self.reload()).await?;

        let slow = self.cast.held_photo(&project, "Slow").await?;
        self.tab.open().await?;
        self.tab.sync("everything").await?;
        self.tab.cancel().await?;
        ensure!(!self.tab.is_syncing().await?, "it goes on");
        self.cast.release_photo(&slow).await
    }

    /// B25, B27: a failure, with Retry.
    async fn is_told_of_a_failure_and_retries(&self) -> Result<()> {
        let project = self.cast.project("With a broken photo").await?;
        self.cast.job_of(&project).await?;
        let broken = self.cast.broken_photo(&project).await?;
        self.tab.until_logged(&["Failed", &broken]).await?;
        let found = self.tab.find(&broken).await?;
        ensure!(
            found.contains(&broken) && found.contains("Failed"),
            "{found}"
        );

        self.cast.mend_photo(&broken).await?;
        self.tab.open().await?;
        self.chromium.send("Retry: Photo …").await?;
        self.chromium.until_says("Trying again").await?;
        self.tab.until_logged(&["Copied", &broken]).await?;
        self.one_click.open_job("With a broken photo").await?;
        self.one_click.look_at_photos(1).await?;

        self.tab.open().await?;
        let found = self.tab.find("With a broken photo").await?;
        ensure!(found.contains("Linked"), "{found}");
        self.tab.follow_found("Job in One Click").await?;
        self.chromium.until_says("With a broken photo").await
    }

    /// B4.
    async fn reconnects(&self) -> Result<()> {
        self.cast.revoke().await?;
        self.tab.open().await?;
        self.tab.sync("the last 29 days").await?;
        self.chromium
            .until("the tab asks to reconnect", async || {
                if self.reload() {
                    self.chromium.reload().await?;
                }
                Ok(self.chromium.offers("Reconnect").await?.then_some(()))
            })
            .await?;
        self.tab.says_state("Needs reconnecting").await?;
        self.one_click.until_card_says("Needs reconnecting").await?;
        self.one_click.press_card("Reconnect CompanyCam").await?;
        self.tab.is_here().await?;
        self.chromium.send("Reconnect").await?;
        self.companycam.allow().await?;
        self.tab.is_here().await?;
        self.tab.says_state("Connected").await?;
        ensure!(
            !self.chromium.offers("Reconnect").await?,
            "the banner stays"
        );
        self.tab.until_synced(self.reload()).await
    }

    /// B5.
    async fn disconnects_and_connects_again(&self) -> Result<()> {
        let before = self.one_click.customers().await?;
        self.tab.open().await?;
        self.tab.disconnect().await?;
        self.tab.says_state("Disconnected").await?;
        self.one_click.until_card_says("Disconnected").await?;
        self.one_click.press_card("Connect CompanyCam").await?;
        self.companycam.allow().await?;
        self.tab.is_here().await?;
        self.tab.says_state("Connected").await?;
        self.tab.until_synced(self.reload()).await?;
        let uma = self.tab.user("Uma Umbra").await?;
        ensure!(uma.contains("Uma at home"), "{uma}");
        let (on, _) = self.chromium.ticked(CREATE_PROJECT).await?;
        ensure!(on, "the preferences are gone");
        let mut after = self.one_click.customers().await?;
        let mut before = before;
        before.sort();
        after.sort();
        ensure!(before == after, "{before:?} became {after:?}");
        Ok(())
    }
}
