//! Who is known, over a real file and a clock that is set.

use std::net::Ipv4Addr;
use std::time::Duration;

use palisade_record::ManualClock;

use super::*;
use crate::{Caller, Grants, Permission, Role};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const HOUR: Duration = Duration::from_secs(60 * 60);

struct World {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    directory: Directory,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_nanos(1_800_000_000_000_000_000)));
        let directory = Directory::open(&folder.path().join("access.sqlite"), clock.clone()).unwrap();
        Self { folder, clock, directory }
    }

    /// The same after a restart.
    fn again(&mut self) {
        self.directory =
            Directory::open(&self.folder.path().join("access.sqlite"), self.clock.clone()).unwrap();
    }

    fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// A user who has chosen a password.
    async fn user(&self, name: &str, roles: &[Role]) -> UserName {
        let name: UserName = name.parse().unwrap();
        let first =
            self.directory.add_user(&name, roles.iter().copied().collect(), Grants::all()).await.unwrap();
        self.directory.change_password(&name, first.reveal(), PASSWORD).await.unwrap();
        name
    }
}

const PASSWORD: &str = "a sentence of five words";

#[tokio::test]
async fn a_user_signs_in_with_the_first_password_and_must_choose_another() {
    let world = World::new();
    let name: UserName = "ann".parse().unwrap();
    let first = world.directory.add_user(&name, [Role::Viewer].into(), Grants::all()).await.unwrap();

    let user = world.directory.check("ann", first.reveal(), HERE).await.unwrap();
    let cookie = world.directory.begin_session(&user, HERE).unwrap();
    let caller = world.directory.caller_of_session(cookie.reveal()).unwrap();
    assert!(caller.may(Permission::Account) && !caller.may(Permission::Search));

    world.directory.change_password(&name, first.reveal(), PASSWORD).await.unwrap();
    assert_eq!(world.directory.caller_of_session(cookie.reveal()), None, "sessions from before end");
    assert_eq!(world.directory.check("ann", first.reveal(), HERE).await, Err(Denied::Wrong));
    let user = world.directory.check("ann", PASSWORD, HERE).await.unwrap();
    let cookie = world.directory.begin_session(&user, HERE).unwrap();
    assert!(world.directory.caller_of_session(cookie.reveal()).unwrap().may(Permission::Search));
}

#[tokio::test]
async fn users_sessions_and_tokens_are_there_after_a_restart_and_no_secret_is_in_the_file() {
    let mut world = World::new();
    let ann = world.user("ann", &[Role::Investigator]).await;
    let cookie = world.directory.begin_session(&ann, HERE).unwrap();
    let caller = world.directory.caller_of_session(cookie.reveal()).unwrap();
    let (line, token) = world.directory.add_token(&caller, token_of(&[Role::Investigator])).unwrap();

    world.again();

    assert_eq!(world.directory.caller_of_session(cookie.reveal()).unwrap(), caller);
    let bearer = world.directory.caller_of_token(token.reveal()).unwrap();
    assert_eq!((bearer.name.as_str(), bearer.token), ("ann", Some(line.id)));
    for file in std::fs::read_dir(world.folder.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for secret in [PASSWORD, cookie.reveal(), token.reveal()] {
            let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "{}", path.display());
        }
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
}

fn token_of(roles: &[Role]) -> NewToken {
    NewToken {
        label: "test".to_owned(),
        roles: roles.iter().copied().collect(),
        streams: None,
        days: Some(1),
    }
}

#[tokio::test]
async fn a_role_that_is_taken_is_taken_from_sessions_and_tokens_at_once() {
    let world = World::new();
    let ann = world.user("ann", &[Role::Viewer, Role::PrivacyOfficer]).await;
    let cookie = world.directory.begin_session(&ann, HERE).unwrap();
    let caller = world.directory.caller_of_session(cookie.reveal()).unwrap();
    let (_, token) = world.directory.add_token(&caller, token_of(&[Role::PrivacyOfficer])).unwrap();
    assert!(world.directory.caller_of_token(token.reveal()).unwrap().may(Permission::Reveal));

    let change = UserChange { roles: Some([Role::Viewer].into()), ..UserChange::default() };
    world.directory.change_user(&ann, change).await.unwrap();

    assert_eq!(world.directory.caller_of_session(cookie.reveal()), None);
    assert!(!world.directory.caller_of_token(token.reveal()).unwrap().may(Permission::Reveal));
}

#[tokio::test]
async fn a_disabled_user_is_nobody_and_signs_in_again_when_enabled() {
    let world = World::new();
    let ann = world.user("ann", &[Role::Viewer]).await;
    let cookie = world.directory.begin_session(&ann, HERE).unwrap();
    let caller = world.directory.caller_of_session(cookie.reveal()).unwrap();
    let (_, token) = world.directory.add_token(&caller, token_of(&[Role::Viewer])).unwrap();
    let disabled = |is_disabled| UserChange { is_disabled: Some(is_disabled), ..UserChange::default() };

    world.directory.change_user(&ann, disabled(true)).await.unwrap();
    assert_eq!(world.directory.caller_of_session(cookie.reveal()), None);
    assert_eq!(world.directory.caller_of_token(token.reveal()), None);
    assert_eq!(world.directory.check("ann", PASSWORD, HERE).await, Err(Denied::Wrong));

    world.directory.change_user(&ann, disabled(false)).await.unwrap();
    assert!(world.directory.check("ann", PASSWORD, HERE).await.is_ok());
    assert_eq!(world.directory.caller_of_session(cookie.reveal()), None, "what has ended has ended");
}

#[tokio::test]
async fn sessions_end_by_age_and_when_nobody_uses_them() {
    let world = World::new();
    let ann = world.user("ann", &[Role::Viewer]).await;
    let (idle, used) = (
        world.directory.begin_session(&ann, HERE).unwrap(),
        world.directory.begin_session(&ann, HERE).unwrap(),
    );
    for _ in 0..12 {
        assert!(world.directory.caller_of_session(used.reveal()).is_some());
        world.pass(HOUR);
    }
    assert_eq!(world.directory.caller_of_session(idle.reveal()), None);
    world.pass(Duration::from_secs(1));
    assert_eq!(world.directory.caller_of_session(used.reveal()), None, "twelve hours");
    assert_eq!(world.directory.sessions(None), []);
}

#[tokio::test]
async fn a_token_does_a_part_of_what_its_maker_may_and_ends() {
    let world = World::new();
    let ann = world.user("ann", &[Role::Viewer]).await;
    let change = UserChange { streams: Some(vec!["pay*".to_owned()]), ..UserChange::default() };
    world.directory.change_user(&ann, change).await.unwrap();
    let cookie = world.directory.begin_session(&ann, HERE).unwrap();
    let caller = world.directory.caller_of_session(cookie.reveal()).unwrap();
    let refused =
        |new: NewToken| matches!(world.directory.add_token(&caller, new), Err(Refusal::Forbidden(..)));

    assert!(refused(token_of(&[Role::PrivacyOfficer])));
    assert!(refused(token_of(&[Role::Agent])), "only who manages users makes tokens for machines");
    assert!(refused(NewToken { streams: Some(vec!["*".to_owned()]), ..token_of(&[Role::Viewer]) }));
    let narrow = NewToken { streams: Some(vec!["payments".to_owned()]), ..token_of(&[Role::Viewer]) };
    let (line, token) = world.directory.add_token(&caller, narrow).unwrap();
    let bearer = world.directory.caller_of_token(token.reveal()).unwrap();
    assert!(bearer.reads("payments") && !bearer.reads("payroll"));
    assert!(matches!(
        world.directory.add_token(&bearer, token_of(&[Role::Viewer])),
        Err(Refusal::Forbidden(..))
    ));
    assert_eq!(world.directory.tokens(Some("ann"))[0].id, line.id);

    world.pass(25 * HOUR);
    assert_eq!(world.directory.caller_of_token(token.reveal()), None);
}

#[tokio::test]
async fn the_token_of_a_machine_stays_when_who_made_it_leaves() {
    let world = World::new();
    let root = world.user("root", &[Role::Admin]).await;
    let cookie = world.directory.begin_session(&root, HERE).unwrap();
    let admin = world.directory.caller_of_session(cookie.reveal()).unwrap();
    let (line, token) = world.directory.add_token(&admin, token_of(&[Role::Agent])).unwrap();
    let (_, own) = world.directory.add_token(&admin, token_of(&[Role::Admin])).unwrap();

    world.directory.remove_user(&root).unwrap();

    let machine = world.directory.caller_of_token(token.reveal()).unwrap();
    assert!(machine.may(Permission::Ship) && !machine.may(Permission::Account));
    assert_eq!(world.directory.caller_of_token(own.reveal()), None);
    world.directory.revoke_token(&line.id, None).unwrap();
    assert_eq!(world.directory.caller_of_token(token.reveal()), None);
}

#[tokio::test]
async fn nobody_guesses_on_and_nobody_learns_who_there_is() {
    let world = World::new();
    world.user("ann", &[Role::Viewer]).await;
    for name in ["ann", "nobody"] {
        for _ in 0..5 {
            assert_eq!(world.directory.check(name, "wrong wrong wrong", HERE).await, Err(Denied::Wrong));
        }
        assert_eq!(world.directory.check(name, "wrong wrong wrong", HERE).await, Err(Denied::Locked(1)));
    }
    assert_eq!(
        world.directory.check("ann", PASSWORD, HERE).await,
        Err(Denied::Locked(1)),
        "right, and too soon"
    );
    world.pass(Duration::from_secs(1));
    assert!(world.directory.check("ann", PASSWORD, HERE).await.is_ok());
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_a_reason() {
    let world = World::new();
    let ann = world.user("ann", &[Role::Viewer]).await;
    let again = world.directory.add_user(&ann, [Role::Viewer].into(), Grants::all()).await;
    assert!(matches!(again, Err(Refusal::Taken(_))));
    let none = UserChange { roles: Some([].into()), ..UserChange::default() };
    assert!(matches!(world.directory.change_user(&ann, none).await, Err(Refusal::Invalid(..))));
    let same = world.directory.change_password(&ann, PASSWORD, PASSWORD).await;
    assert!(matches!(same, Err(Refusal::Invalid(..))));
    let wrong = world.directory.change_password(&ann, "another sentence", "some other sentence").await;
    assert!(matches!(wrong, Err(Refusal::Invalid(..))));
    assert!(matches!(world.directory.remove_user(&"bob".parse().unwrap()), Err(Refusal::Unknown(_))));
    for name in ["admin", "Ann", "", "a b", "-a"] {
        assert!(name.parse::<UserName>().is_err(), "{name}");
    }
    let owner = Caller::owner("admin");
    let endless = NewToken { days: Some(0), ..token_of(&[Role::Viewer]) };
    assert!(matches!(world.directory.add_token(&owner, endless), Err(Refusal::Invalid(..))));
}
