//! Our tab: its words, and what an administrator does with it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::{By, WebElement};

use crate::actions::one_line;
use crate::chromium::{Chromium, Scripts};
use crate::fixtures::Cast;
use crate::simulators::{CompanyCam, OneClick};

/// B9.
pub const CREATE_PROJECT: &str =
    "Create a Project in CompanyCam when a Job is Created in One Click";
/// B10.
pub const CREATE_JOB: &str = "Create a Job in One Click Contractor from a Project in CompanyCam";
/// B11.
pub const REASSIGN: &str = "Reassign a Project in CompanyCam when Updated in One Click Contractor";
/// B12.
pub const REMOVE_PREVIOUS: &str =
    "Upon Reassignment, Delete Previously Assigned user in CompanyCam";
/// B13.
pub const ONLY_MATCHED: &str = "Only import projects with at least one matched assigned user";
/// B13.
pub const COPY_INTERNAL: &str = "Copy photos marked internal";
/// B16.
pub const COPY_DOCUMENTS: &str = "Copy documents";
/// B15.
pub const REMOVE_DELETED: &str = "Remove photos in One Click when they are deleted in CompanyCam";
/// The button under the preferences.
pub const SAVE: &str = "Save preferences";
/// The button that begins a sync.
pub const SYNC: &str = "Sync";
/// The button of a preview.
pub const IMPORT: &str = "Start the import";
/// The window that needs no preview.
pub const FIRST_WINDOW: &str = "the last 29 days";

/// The tab in a browser.
#[derive(Debug, Clone, Copy)]
pub struct Tab<'a> {
    pub cast: &'a Cast,
    /// In this browser.
    pub chromium: &'a Chromium,
}

impl Tab<'_> {
    /// The whole way from One Click's login, through CompanyCam's, to the tab.
    pub async fn connect(&self) -> Result<()> {
        let (cast, chromium) = (self.cast, self.chromium);
        let (one_click, companycam) = (OneClick { cast, chromium }, CompanyCam { cast, chromium });
        one_click.sign_in().await?;
        one_click.go_to_integrations().await?;
        one_click.press_card("Connect CompanyCam").await?;
        companycam.sign_in().await?;
        companycam.allow().await?;
        self.is_here().await?;
        self.says_state("Connected").await
    }

    /// On from our page, by CompanyCam's login and consent, back to the tab.
    pub async fn consent(&self) -> Result<()> {
        let (cast, chromium) = (self.cast, self.chromium);
        let companycam = CompanyCam { cast, chromium };
        companycam.sign_in().await?;
        companycam.allow().await?;
        self.is_here().await
    }

    /// Waits until what connecting to watch only looks at is through.
    pub async fn until_watched(&self, reload: bool) -> Result<()> {
        self.chromium
            .until("the preview is through", async || {
                if reload {
                    self.chromium.reload().await?;
                }
                Ok(self.chromium.offers("See the preview").await?.then_some(()))
            })
            .await
    }

    /// Enters by a launch that was not on a page of One Click's: it asks first.
    pub async fn enter(&self) -> Result<()> {
        self.open_launch("settings").await?;
        self.chromium
            .until_says("Open the CompanyCam settings?")
            .await?;
        self.chromium.send("Open the settings").await?;
        self.is_here().await
    }

    /// Opens the address of a launch as if it were typed; `door` is `connect` or `settings`.
    pub async fn open_launch(&self, door: &str) -> Result<()> {
        let (stack, person) = (&self.cast.stack, &self.cast.person);
        let token = stack
            .launch_token(&person.org, &person.user, Value::Null)
            .await?;
        let address = format!("{}/companycam/{door}?launch={token}", stack.api_url);
        self.chromium.open(&address).await
    }

    /// Opens it; the session is there already.
    pub async fn open(&self) -> Result<()> {
        self.chromium.open(&self.cast.tab()).await?;
        self.is_here().await
    }

    /// Fails unless the browser shows it.
    pub async fn is_here(&self) -> Result<()> {
        let here = self.chromium.address().await?;
        ensure!(
            here.starts_with(&self.cast.tab()),
            "not on the tab but at {here}"
        );
        Ok(())
    }

    /// The elements of the section of that heading.
    async fn parts(&self, section: &str, selector: &str) -> Result<Vec<WebElement>> {
        let selector = format!("section[aria-labelledby={section}] {selector}");
        Ok(self.chromium.web.find_all(By::Css(selector)).await?)
    }

    /// The lines of the users' table.
    pub async fn users(&self) -> Result<Vec<String>> {
        self.chromium
            .texts("section[aria-labelledby=users] tbody tr")
            .await
    }

    /// The line of a user of CompanyCam.
    pub async fn user(&self, name: &str) -> Result<String> {
        let users = self.users().await?;
        let found = users.iter().find(|line| line.starts_with(name));
        Ok(found
            .with_context(|| format!("no {name} in {users:?}"))?
            .clone())
    }

    /// Opens the chooser with the pencil.
    pub async fn open_chooser(&self, user: &str) -> Result<()> {
        let pencil = format!("Change the match of {user}");
        self.chromium.press(&pencil).await?;
        let title = format!("Match {user} to a One Click user");
        self.chromium.until_says(&title).await
    }

    /// Opens the chooser as the page that it is without scripts.
    pub async fn open_chooser_page(&self, user: &str) -> Result<()> {
        self.open().await?;
        let script = "return document.querySelector(`a[aria-label=\"${arguments[0]}\"]`).href;";
        let pencil = json!(format!("Change the match of {user}"));
        let page = self.chromium.script(script, vec![pencil]).await?;
        let page = page.as_str().context("the pencil leads nowhere")?;
        self.chromium.open(page).await
    }

    /// Whether the focus is in the dialog that is open.
    pub async fn has_focus_in_dialog(&self) -> Result<bool> {
        let script = "return !!document.activeElement?.closest('dialog:modal');";
        Ok(self.chromium.script(script, Vec::new()).await? == true)
    }

    /// Picks somebody of One Click with the pencil.
    pub async fn pick(&self, user: &str, one_click: &str) -> Result<()> {
        self.open_chooser(user).await?;
        self.chromium.tick(&format!("{one_click}…"), true).await?;
        self.chromium.send("Save").await?;
        self.chromium.until_says("match is saved").await
    }

    /// Asks where something is; what the answer says.
    pub async fn find(&self, what: &str) -> Result<String> {
        self.chromium.fill("Search for", what).await?;
        self.chromium.send("Find").await?;
        let answers = "section[aria-labelledby=find] [role=status]";
        Ok(self.chromium.texts(answers).await?.join(" "))
    }

    /// Follows a link of the answer.
    pub async fn follow_found(&self, link: &str) -> Result<()> {
        let answers = self.parts("find", "[role=status]").await?;
        let answer = answers.first().context("no answer")?;
        self.chromium
            .turns(async || self.chromium.press_within(answer, link).await)
            .await
    }

    /// Ticks preferences, or unticks them, and saves.
    pub async fn prefer(&self, preferences: &[(&str, bool)]) -> Result<()> {
        for (label, on) in preferences {
            self.chromium.tick(label, *on).await?;
        }
        self.chromium.send(SAVE).await?;
        self.chromium
            .until_says("Your preferences are saved.")
            .await
    }

    /// Ends a sync.
    pub async fn cancel(&self) -> Result<()> {
        self.chromium.send("Cancel").await?;
        self.chromium.until_says("The sync was canceled.").await
    }

    /// Begins a sync over the window that the list calls so; over a larger one after its preview.
    pub async fn sync(&self, window: &str) -> Result<()> {
        self.chromium.choose("Projects updated in", window).await?;
        self.chromium.send(SYNC).await?;
        if window == FIRST_WINDOW {
            return Ok(());
        }
        self.until_previewed().await?;
        self.chromium.send(IMPORT).await
    }

    /// Waits on a preview's page until it is through; with scripts the page says so by itself.
    pub async fn until_previewed(&self) -> Result<()> {
        self.chromium
            .until("the preview is through", async || {
                if self.chromium.scripts == Scripts::Off {
                    self.chromium.reload().await?;
                }
                Ok(self.chromium.offers(IMPORT).await?.then_some(()))
            })
            .await
    }

    /// Waits until no sync runs and one has ended; without scripts one has to reload the page.
    pub async fn until_synced(&self, reload: bool) -> Result<()> {
        self.chromium
            .until("the sync ends", async || {
                if reload {
                    self.chromium.reload().await?;
                }
                let text = self.chromium.text().await?;
                let ended = !self.is_syncing().await? && !text.contains("not finished yet");
                Ok(ended.then_some(()))
            })
            .await
    }

    /// Whether the progress of a sync is shown.
    pub async fn is_syncing(&self) -> Result<bool> {
        Ok(!self.parts("sync", "progress").await?.is_empty())
    }

    /// What the sync's card says.
    pub async fn progress(&self) -> Result<String> {
        let texts = self.chromium.texts("section[aria-labelledby=sync]").await?;
        Ok(texts.join(" "))
    }

    /// The entries of the activity log, newest first.
    pub async fn activity(&self) -> Result<Vec<String>> {
        self.chromium
            .texts("section[aria-labelledby=activity] li")
            .await
    }

    /// How many syncs the activity tells the end of.
    pub async fn syncs(&self) -> Result<usize> {
        let entries = self.activity().await?;
        let ended = |entry: &&String| entry.contains("Sync finished");
        Ok(entries.iter().filter(ended).count())
    }

    /// Waits for an entry that holds all these words, with the page loaded anew each time.
    pub async fn until_logged(&self, words: &[&str]) -> Result<String> {
        self.chromium
            .until(&format!("the activity tells {words:?}"), async || {
                self.open().await?;
                let entries = self.activity().await?;
                let holds = |entry: &&String| words.iter().all(|word| entry.contains(word));
                Ok(entries.iter().find(holds).cloned())
            })
            .await
    }

    /// The connection's state, as the tag says it.
    pub async fn says_state(&self, state: &str) -> Result<()> {
        self.chromium
            .until(&format!("the connection is “{state}”"), async || {
                let tags = self.parts("connection", ".tag").await?;
                let Some(tag) = tags.first() else {
                    return Ok(None);
                };
                Ok((one_line(&tag.text().await?) == state).then_some(()))
            })
            .await
    }

    /// Disconnects, after having read what that means.
    pub async fn disconnect(&self) -> Result<()> {
        self.chromium.press("Disconnect").await?;
        self.chromium
            .until_says("What you keep: every job and photo in One Click")
            .await?;
        self.chromium.send("Disconnect CompanyCam").await?;
        self.chromium
            .until_says("CompanyCam is disconnected.")
            .await
    }
}
