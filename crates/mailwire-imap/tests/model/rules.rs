//! What the RFCs say of states and of commands that are in progress together, in few words.
//! None of it is taken from the tables of the crate.

use mailwire_imap::StatusKind;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Greeting,
    Before,
    Inside,
    Open,
    Over,
}

/// What the client knows of the capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Nothing,
    /// Those before login.
    Early,
    /// Those behind it.
    Full,
}

/// A command of the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Capability,
    Noop,
    Logout,
    StartTls,
    Login,
    /// With strings that need literals.
    LoginLiteral,
    Auth,
    /// With an initial response.
    AuthAtOnce,
    /// UTF8=ACCEPT.
    Enable,
    EnableRev2,
    EnableUidOnly,
    Select,
    Examine,
    Create,
    List,
    Status,
    /// With a message that comes with the command.
    Append,
    /// With a message that is streamed.
    Stream,
    /// The same, too large for a literal that does not wait.
    StreamLarge,
    /// Two messages that come with the command.
    MultiAppend,
    /// Two messages that are streamed.
    StreamTwo,
    /// Parts that come with the command.
    Catenate,
    /// Parts that are streamed, with a URL between them.
    StreamParts,
    /// Asks for what is removed from the open mailbox, at any time.
    Notify,
    NotifyNone,
    Idle,
    Compress,
    Unauthenticate,
    Close,
    Unselect,
    Expunge,
    Fetch,
    UidFetch,
    Store,
    Search,
    SearchNumbers,
    UidSearch,
    Copy,
    Move,
}

impl Kind {
    pub const ALL: [Self; 39] = [
        Self::Capability,
        Self::Noop,
        Self::Logout,
        Self::StartTls,
        Self::Login,
        Self::LoginLiteral,
        Self::Auth,
        Self::AuthAtOnce,
        Self::Enable,
        Self::EnableRev2,
        Self::EnableUidOnly,
        Self::Select,
        Self::Examine,
        Self::Create,
        Self::List,
        Self::Status,
        Self::Append,
        Self::Stream,
        Self::StreamLarge,
        Self::MultiAppend,
        Self::StreamTwo,
        Self::Catenate,
        Self::StreamParts,
        Self::Notify,
        Self::NotifyNone,
        Self::Idle,
        Self::Compress,
        Self::Unauthenticate,
        Self::Close,
        Self::Unselect,
        Self::Expunge,
        Self::Fetch,
        Self::UidFetch,
        Self::Store,
        Self::Search,
        Self::SearchNumbers,
        Self::UidSearch,
        Self::Copy,
        Self::Move,
    ];

    /// Whether the command may be given where a session stands: RFC 9051 section 6.
    pub fn is_legal_at(self, stage: Stage) -> bool {
        match self {
            Self::Capability | Self::Noop | Self::Logout => {
                !matches!(stage, Stage::Greeting | Stage::Over)
            }
            Self::StartTls | Self::Login | Self::LoginLiteral | Self::Auth | Self::AuthAtOnce => {
                stage == Stage::Before
            }
            _ if self.is_of_mailbox() => stage == Stage::Open,
            _ => matches!(stage, Stage::Inside | Stage::Open),
        }
    }

    /// It needs an open mailbox.
    pub fn is_of_mailbox(self) -> bool {
        matches!(self, Self::Close | Self::Unselect) || self.uses_mailbox()
    }

    /// It is about the open mailbox.
    pub fn uses_mailbox(self) -> bool {
        matches!(
            self,
            Self::Expunge
                | Self::Fetch
                | Self::UidFetch
                | Self::Store
                | Self::Search
                | Self::SearchNumbers
                | Self::UidSearch
                | Self::Copy
                | Self::Move
        )
    }

    /// It chooses what is told unasked.
    pub fn notifies(self) -> bool {
        matches!(self, Self::Notify | Self::NotifyNone)
    }

    /// Its messages are named by number, and could be by UID: RFC 9586 section 3.
    pub fn is_by_number(self) -> bool {
        self.has_numbers() || self == Self::Search
    }

    /// The server may answer it with messages.
    pub fn fetches(self) -> bool {
        matches!(self, Self::Fetch | Self::UidFetch | Self::Store)
    }

    /// Octets of the literals that are streamed.
    pub fn streamed(self) -> &'static [usize] {
        match self {
            Self::Stream => &[20],
            Self::StreamLarge => &[5000],
            Self::StreamTwo => &[20, 4990],
            Self::StreamParts => &[15, 21],
            _ => &[],
        }
    }

    /// It opens or closes a mailbox.
    /// It opens a mailbox.
    pub fn selects(self) -> bool {
        matches!(self, Self::Select | Self::Examine)
    }

    fn opens(self) -> bool {
        matches!(self, Self::Select | Self::Examine | Self::Close | Self::Unselect)
    }

    /// It has message sequence numbers.
    pub fn has_numbers(self) -> bool {
        matches!(self, Self::Fetch | Self::Store | Self::SearchNumbers | Self::Copy | Self::Move)
    }

    /// EXPUNGE must not come while it is in progress: RFC 9051 section 7.5.1.
    pub fn forbids_expunge(self) -> bool {
        matches!(self, Self::Fetch | Self::Store | Self::Search | Self::SearchNumbers)
    }

    /// What is offered or what octets mean is another behind it.
    pub fn changes_session(self) -> bool {
        matches!(
            self,
            Self::StartTls
                | Self::Login
                | Self::LoginLiteral
                | Self::Auth
                | Self::AuthAtOnce
                | Self::Enable
                | Self::EnableRev2
                | Self::EnableUidOnly
                | Self::Compress
                | Self::Unauthenticate
        )
    }

    fn is_alone(self) -> bool {
        self.changes_session() || self == Self::Idle
    }

    /// Whether it may be sent while `before` is in progress: RFC 9051 section 5.5.
    pub fn may_follow(self, before: Self) -> bool {
        let mailbox = |kind: Self| kind.opens() || kind.uses_mailbox() || kind.notifies();
        !(before.is_alone()
            || self.is_alone()
            || before == Self::Logout
            || self.opens() && mailbox(before)
            || before.opens() && mailbox(self)
            || self.has_numbers() && !before.forbids_expunge())
    }

    /// Where an answer leads: RFC 9051 section 3, RFC 8437 section 5.
    pub fn leads(self, from: Stage, answer: StatusKind) -> Stage {
        match (self, answer) {
            (Self::Login | Self::LoginLiteral | Self::Auth | Self::AuthAtOnce, StatusKind::Ok) => {
                Stage::Inside
            }
            (Self::Select | Self::Examine, StatusKind::Ok) => Stage::Open,
            (Self::Select | Self::Examine, StatusKind::No) => Stage::Inside,
            (Self::Close | Self::Unselect, StatusKind::Ok) => Stage::Inside,
            (Self::Unauthenticate, StatusKind::Ok) => Stage::Before,
            (Self::Logout, StatusKind::Ok) => Stage::Over,
            _ => from,
        }
    }
}

/// One end of a session, as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)]
pub struct End {
    pub stage: Stage,
    pub tls: bool,
    pub compressed: bool,
    pub utf8: bool,
    pub uid_only: bool,
    /// What is removed is told at any time.
    pub notify: bool,
}

impl End {
    pub fn new() -> Self {
        Self {
            stage: Stage::Greeting,
            tls: false,
            compressed: false,
            utf8: false,
            uid_only: false,
            notify: false,
        }
    }

    /// A command of this kind was answered so.
    pub fn answered(&mut self, kind: Kind, answer: StatusKind) {
        self.stage = kind.leads(self.stage, answer);
        match (kind, answer) {
            (Kind::Enable | Kind::EnableRev2, StatusKind::Ok) => self.utf8 = true,
            (Kind::EnableUidOnly, StatusKind::Ok) => self.uid_only = true,
            (Kind::Notify, StatusKind::Ok) => self.notify = true,
            (Kind::NotifyNone, StatusKind::Ok) => self.notify = false,
            (Kind::Unauthenticate, StatusKind::Ok) => {
                (self.utf8, self.uid_only, self.notify) = (false, false, false);
            }
            _ => {}
        }
    }

    /// The TLS handshake is finished.
    pub fn secured(&mut self) {
        *self = Self { stage: Stage::Before, tls: true, ..Self::new() };
    }
}
