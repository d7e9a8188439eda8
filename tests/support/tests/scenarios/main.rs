//! What handlers do, disturbed in every way that is known: the end is that of an undisturbed run (B26,
//! B27, B33, B34).
//!
//! Each scenario is played with each disturbance. A new one of either is covered by being listed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod aws;
mod companycam;
mod connection;
mod cut;
mod end;
mod neighbours;
mod one_click;
mod play;
mod silent;

macro_rules! scenarios {
    ($($name:ident: $scenario:ty,)*) => {
        $(mod $name {
            use crate::{aws, cut, neighbours};

            #[tokio::test]
            async fn b26_cut_off_anywhere() {
                cut::check::<$scenario>().await;
            }

            #[tokio::test]
            async fn b27_whatever_companycam_does() {
                neighbours::check::<$scenario>(neighbours::Side::CompanyCam).await;
            }

            #[tokio::test]
            async fn b27_whatever_one_click_does() {
                neighbours::check::<$scenario>(neighbours::Side::OneClick).await;
            }

            #[tokio::test]
            async fn b26_whatever_aws_does() {
                aws::check::<$scenario>().await;
            }
        })*

        /// All at the same time, since each waits most of it.
        #[test]
        fn b34_while_a_side_says_nothing() {
            let threads = [$(silent::check_in_thread::<$scenario>(stringify!($name)),)*];
            for thread in threads {
                thread.join().expect("the same end");
            }
        }
    };
}

scenarios! {
    importing_a_project: crate::companycam::ImportingProjectWithPhotos,
    following_changes: crate::companycam::FollowingChanges,
    moving_a_photo: crate::companycam::MovingPhoto,
    syncing: crate::companycam::Syncing,
    finding_a_job_deleted: crate::companycam::FindingJobDeleted,
    a_photo_finding_a_job_deleted: crate::companycam::PhotoFindingJobDeleted,
    copying_a_photo_that_is_refused: crate::companycam::CopyingPhotoThatIsRefused,
    looking_at_what_events_are_about: crate::companycam::LookingAtWhatEventsAreAbout,
    linking_a_job_that_is_there: crate::companycam::LinkingJobThatIsThere,
    making_a_project: crate::one_click::MakingProject,
    reassigning: crate::one_click::Reassigning,
    finding_the_grant_revoked: crate::connection::FindingGrantRevoked,
    renewing_the_access_token: crate::connection::RenewingAccessToken,
    registering_the_webhooks: crate::connection::RegisteringWebhooks,
    disconnecting: crate::connection::Disconnecting,
    taking_over_from_the_version_before: crate::connection::TakingOverFromVersionBefore,
}

/// Apart, since which photos a merged project had is asked of an index: one that shows nothing hides the
/// merge, which the nightly pass has to find.
mod merging_projects {
    use crate::companycam::MergingProjects;
    use crate::{cut, neighbours};

    #[tokio::test]
    async fn b26_cut_off_anywhere() {
        cut::check::<MergingProjects>().await;
    }

    #[tokio::test]
    async fn b27_whatever_companycam_does() {
        neighbours::check::<MergingProjects>(neighbours::Side::CompanyCam).await;
    }

    #[tokio::test]
    async fn b27_whatever_one_click_does() {
        neighbours::check::<MergingProjects>(neighbours::Side::OneClick).await;
    }
}
