//! The extensions: one table, and sets of them.
//!
//! `EXTENSIONS.md` at the root of the repository is printed from the table; a test compares the two.

use alloc::string::String;
use core::fmt::Write;

use mailwire_core::token::ByteSet;
use mailwire_core::wire_enum;

/// `ATOM-CHAR`, and `%` and `*` in the values of some; not `]`, which ends a code.
pub(crate) static CAPABILITY: ByteSet = ByteSet::range(0x21, 0x7e).without(b"(){\"\\]");

wire_enum! {
    /// An extension, by its capability; one that ends in `=` or `-` has a value behind it.
    #[non_exhaustive]
    pub enum Extension: "capability" in CAPABILITY {
        /// IMAP4rev1
        Imap4Rev1 = "IMAP4rev1",
        /// IMAP4rev2
        Imap4Rev2 = "IMAP4rev2",
        /// ACL
        Acl = "ACL",
        /// RIGHTS=
        Rights = "RIGHTS=",
        /// ANNOTATE-EXPERIMENT-1
        AnnotateExperiment1 = "ANNOTATE-EXPERIMENT-1",
        /// APPENDLIMIT
        AppendLimit = "APPENDLIMIT",
        /// AUTH=
        Auth = "AUTH=",
        /// BINARY
        Binary = "BINARY",
        /// CATENATE
        Catenate = "CATENATE",
        /// CHILDREN
        Children = "CHILDREN",
        /// COMPRESS=DEFLATE
        CompressDeflate = "COMPRESS=DEFLATE",
        /// CONDSTORE
        CondStore = "CONDSTORE",
        /// QRESYNC
        QResync = "QRESYNC",
        /// CONTEXT=SEARCH
        ContextSearch = "CONTEXT=SEARCH",
        /// CONTEXT=SORT
        ContextSort = "CONTEXT=SORT",
        /// CONVERT
        Convert = "CONVERT",
        /// CREATE-SPECIAL-USE
        CreateSpecialUse = "CREATE-SPECIAL-USE",
        /// ENABLE
        Enable = "ENABLE",
        /// ESEARCH
        ESearch = "ESEARCH",
        /// ESORT
        ESort = "ESORT",
        /// FILTERS
        Filters = "FILTERS",
        /// I18NLEVEL=1
        I18nLevel1 = "I18NLEVEL=1",
        /// I18NLEVEL=2
        I18nLevel2 = "I18NLEVEL=2",
        /// ID
        Id = "ID",
        /// IDLE
        Idle = "IDLE",
        /// IMAPSIEVE=
        ImapSieve = "IMAPSIEVE=",
        /// INPROGRESS
        InProgress = "INPROGRESS",
        /// JMAPACCESS
        JmapAccess = "JMAPACCESS",
        /// LANGUAGE
        Language = "LANGUAGE",
        /// LIST-EXTENDED
        ListExtended = "LIST-EXTENDED",
        /// LIST-METADATA
        ListMetadata = "LIST-METADATA",
        /// LIST-MYRIGHTS
        ListMyRights = "LIST-MYRIGHTS",
        /// LIST-STATUS
        ListStatus = "LIST-STATUS",
        /// LITERAL+
        LiteralPlus = "LITERAL+",
        /// LITERAL-
        LiteralMinus = "LITERAL-",
        /// LOGIN-REFERRALS
        LoginReferrals = "LOGIN-REFERRALS",
        /// LOGINDISABLED
        LoginDisabled = "LOGINDISABLED",
        /// MAILBOX-REFERRALS
        MailboxReferrals = "MAILBOX-REFERRALS",
        /// MESSAGELIMIT=
        MessageLimit = "MESSAGELIMIT=",
        /// SAVELIMIT=
        SaveLimit = "SAVELIMIT=",
        /// METADATA
        Metadata = "METADATA",
        /// METADATA-SERVER
        MetadataServer = "METADATA-SERVER",
        /// MOVE
        Move = "MOVE",
        /// MULTIAPPEND
        MultiAppend = "MULTIAPPEND",
        /// MULTISEARCH
        MultiSearch = "MULTISEARCH",
        /// NAMESPACE
        Namespace = "NAMESPACE",
        /// NOTIFY
        Notify = "NOTIFY",
        /// OBJECTID
        ObjectId = "OBJECTID",
        /// PARTIAL
        Partial = "PARTIAL",
        /// PREVIEW
        Preview = "PREVIEW",
        /// QUOTA
        Quota = "QUOTA",
        /// QUOTA=RES-
        QuotaRes = "QUOTA=RES-",
        /// QUOTASET
        QuotaSet = "QUOTASET",
        /// REPLACE
        Replace = "REPLACE",
        /// SASL-IR
        SaslIr = "SASL-IR",
        /// SAVEDATE
        SaveDate = "SAVEDATE",
        /// SEARCH=FUZZY
        SearchFuzzy = "SEARCH=FUZZY",
        /// SEARCHRES
        SearchRes = "SEARCHRES",
        /// SORT
        Sort = "SORT",
        /// SORT=DISPLAY
        SortDisplay = "SORT=DISPLAY",
        /// SPECIAL-USE
        SpecialUse = "SPECIAL-USE",
        /// STARTTLS
        StartTls = "STARTTLS",
        /// STATUS=SIZE
        StatusSize = "STATUS=SIZE",
        /// THREAD=ORDEREDSUBJECT
        ThreadOrderedSubject = "THREAD=ORDEREDSUBJECT",
        /// THREAD=REFERENCES
        ThreadReferences = "THREAD=REFERENCES",
        /// THREAD=REFS
        ThreadRefs = "THREAD=REFS",
        /// UIDBATCHES
        UidBatches = "UIDBATCHES",
        /// UIDONLY
        UidOnly = "UIDONLY",
        /// UIDPLUS
        UidPlus = "UIDPLUS",
        /// UNAUTHENTICATE
        Unauthenticate = "UNAUTHENTICATE",
        /// UNSELECT
        Unselect = "UNSELECT",
        /// URL-PARTIAL
        UrlPartial = "URL-PARTIAL",
        /// URLAUTH
        UrlAuth = "URLAUTH",
        /// URLAUTH=BINARY
        UrlAuthBinary = "URLAUTH=BINARY",
        /// UTF8=ACCEPT
        Utf8Accept = "UTF8=ACCEPT",
        /// UTF8=ONLY
        Utf8Only = "UTF8=ONLY",
        /// WITHIN
        Within = "WITHIN",
        /// X-GM-EXT-1
        XGmExt1 = "X-GM-EXT-1",
        /// XLIST
        XList = "XLIST",
        /// XAPPLEPUSHSERVICE
        XApplePushService = "XAPPLEPUSHSERVICE",
        /// ANNOTATEMORE
        AnnotateMore = "ANNOTATEMORE",
        /// PREVIEW=FUZZY
        PreviewFuzzy = "PREVIEW=FUZZY",
        /// SNIPPET=FUZZY
        SnippetFuzzy = "SNIPPET=FUZZY",
        /// SEARCH=MIMEPART
        SearchMimePart = "SEARCH=MIMEPART",
        /// SEARCH=X-MIMEPART
        SearchXMimePart = "SEARCH=X-MIMEPART",
        /// SORT=UID
        SortUid = "SORT=UID",
        /// SORT=MODSEQ
        SortModSeq = "SORT=MODSEQ",
        /// DIGEST=SHA1
        DigestSha1 = "DIGEST=SHA1",
        /// X-CREATEDMODSEQ
        XCreatedModSeq = "X-CREATEDMODSEQ",
        /// XCONVERSATIONS
        XConversations = "XCONVERSATIONS",
        /// X-REPLICATION
        XReplication = "X-REPLICATION",
        /// MUPDATE=
        Mupdate = "MUPDATE=",
        /// XYMHIGHESTMODSEQ
        XYmHighestModSeq = "XYMHIGHESTMODSEQ",
    }
}

/// What is known of one extension.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ExtensionRow {
    /// The extension.
    pub extension: Extension,
    /// The RFC, or who uses it.
    pub source: &'static str,
    /// One line on what it is for.
    pub summary: &'static str,
    /// What stands behind the capability; empty for nothing.
    pub value: &'static str,
    /// The commands that it adds.
    pub verbs: &'static [&'static str],
    /// The responses that it adds.
    pub responses: &'static [&'static str],
    /// The response codes that it adds.
    pub codes: &'static [&'static str],
    /// What it adds to other commands and responses.
    pub items: &'static str,
    /// The file that holds its grammar, below `src`.
    pub file: &'static str,
}

/// Rows of the table: `Extension: source, summary, value, verbs, responses, codes, items, file`.
macro_rules! extensions {
    ($($name:ident: $source:literal, $summary:literal, $value:literal,
       verbs $verbs:tt, responses $responses:tt, codes $codes:tt,
       $items:literal, $file:literal;)+) => {
        /// Every extension that is known here, in the order of [`Extension`].
        pub static EXTENSIONS: [ExtensionRow; Extension::ALL.len()] = [$(
            ExtensionRow {
                extension: Extension::$name,
                source: $source,
                summary: $summary,
                value: $value,
                verbs: &$verbs,
                responses: &$responses,
                codes: &$codes,
                items: $items,
                file: $file,
            },
        )+];
    };
}

extensions! {
    Imap4Rev1: "RFC 3501", "the base protocol", "", verbs ["CAPABILITY", "NOOP", "LOGOUT", "AUTHENTICATE", "LOGIN", "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "LIST", "LSUB", "STATUS", "APPEND", "CHECK", "CLOSE", "EXPUNGE", "SEARCH", "FETCH", "STORE", "COPY"], responses ["CAPABILITY", "FLAGS", "LIST", "LSUB", "SEARCH", "STATUS", "EXISTS", "RECENT", "EXPUNGE", "FETCH"], codes ["ALERT", "BADCHARSET", "CAPABILITY", "PARSE", "PERMANENTFLAGS", "READ-ONLY", "READ-WRITE", "TRYCREATE", "UIDNEXT", "UIDVALIDITY", "UNSEEN"], "", "command.rs";
    Imap4Rev2: "RFC 9051", "the base protocol, second revision", "", verbs ["ENABLE", "NAMESPACE", "IDLE", "MOVE", "UNSELECT"], responses ["ENABLED", "ESEARCH", "NAMESPACE"], codes ["HASCHILDREN", "UNKNOWN-CTE", "CLOSED", "NOTSAVED", "UIDNOTSTICKY"], "FETCH: BINARY", "command.rs";
    Acl: "RFC 4314", "access control lists", "", verbs ["SETACL", "DELETEACL", "GETACL", "LISTRIGHTS", "MYRIGHTS"], responses ["ACL", "LISTRIGHTS", "MYRIGHTS"], codes [], "", "family/acl/mod.rs";
    Rights: "RFC 4314", "rights that the server knows", "rights", verbs [], responses [], codes [], "LISTRIGHTS", "family/acl/mod.rs";
    AnnotateExperiment1: "RFC 5257", "annotations of messages", "", verbs [], responses [], codes ["ANNOTATE", "ANNOTATIONS"], "SELECT: ANNOTATE; FETCH, STORE, APPEND, SEARCH, SORT: ANNOTATION", "element/annotation.rs";
    AppendLimit: "RFC 7889", "the size of the largest message", "[=octets]", verbs [], responses [], codes ["TOOBIG"], "STATUS: APPENDLIMIT", "family/status.rs";
    Auth: "RFC 9051", "SASL mechanisms", "mechanism", verbs ["AUTHENTICATE"], responses [], codes [], "", "family/auth.rs";
    Binary: "RFC 3516", "parts without their transfer encoding, and literal8", "", verbs [], responses [], codes ["UNKNOWN-CTE"], "FETCH: BINARY BINARY.PEEK BINARY.SIZE", "element/section.rs";
    Catenate: "RFC 4469", "messages made of parts that the server has", "", verbs [], responses [], codes ["BADURL", "TOOBIG"], "APPEND: CATENATE", "family/append.rs";
    Children: "RFC 3348", "whether mailboxes have children", "", verbs [], responses [], codes [], "LIST: \\HasChildren \\HasNoChildren", "family/list/attribute.rs";
    CompressDeflate: "RFC 4978", "compression of the session", "", verbs ["COMPRESS"], responses [], codes ["COMPRESSIONACTIVE"], "", "family/compress.rs";
    CondStore: "RFC 7162", "modification sequences", "", verbs [], responses [], codes ["HIGHESTMODSEQ", "NOMODSEQ", "MODIFIED"], "SELECT: CONDSTORE; FETCH: MODSEQ CHANGEDSINCE; STORE: UNCHANGEDSINCE; SEARCH: MODSEQ; STATUS: HIGHESTMODSEQ", "element/mod_seq.rs";
    QResync: "RFC 7162", "resynchronisation in one round trip", "", verbs [], responses ["VANISHED"], codes ["CLOSED"], "SELECT: QRESYNC; FETCH: VANISHED", "family/select.rs";
    ContextSearch: "RFC 5267", "searches that are kept up to date", "", verbs ["CANCELUPDATE"], responses [], codes ["NOUPDATE"], "SEARCH: CONTEXT UPDATE PARTIAL; ESEARCH: ADDTO REMOVEFROM PARTIAL", "family/search/options.rs";
    ContextSort: "RFC 5267", "sorted searches that are kept up to date", "", verbs ["CANCELUPDATE"], responses [], codes ["NOUPDATE"], "SORT: CONTEXT UPDATE PARTIAL; ESEARCH: ADDTO REMOVEFROM PARTIAL", "family/search/options.rs";
    Convert: "RFC 5259", "messages in another form", "", verbs ["CONVERT", "UID CONVERT", "CONVERSIONS"], responses ["CONVERTED", "CONVERSION"], codes ["TEMPFAIL", "MAXCONVERTMESSAGES", "MAXCONVERTPARTS"], "", "family/convert.rs";
    CreateSpecialUse: "RFC 6154", "mailboxes made for a use", "", verbs [], responses [], codes ["USEATTR"], "CREATE: USE", "family/mailbox.rs";
    Enable: "RFC 5161", "extensions that have to be switched on", "", verbs ["ENABLE"], responses ["ENABLED"], codes [], "", "family/enable.rs";
    ESearch: "RFC 4731", "what a search gives back", "", verbs [], responses ["ESEARCH"], codes [], "SEARCH: RETURN MIN MAX ALL COUNT", "family/search/options.rs";
    ESort: "RFC 5267", "what a sorted search gives back", "", verbs [], responses ["ESEARCH"], codes [], "SORT: RETURN MIN MAX ALL COUNT", "family/sort.rs";
    Filters: "RFC 5466", "searches with a name", "", verbs [], responses [], codes ["UNDEFINED-FILTER"], "SEARCH: FILTER", "family/search/key.rs";
    I18nLevel1: "RFC 5255", "comparison of texts in any language", "", verbs [], responses [], codes [], "SEARCH, SORT, THREAD", "family/language.rs";
    I18nLevel2: "RFC 5255", "choice of the comparison", "", verbs ["COMPARATOR"], responses ["COMPARATOR"], codes ["BADCOMPARATOR"], "", "family/language.rs";
    Id: "RFC 2971", "who the two ends are", "", verbs ["ID"], responses ["ID"], codes [], "", "family/id.rs";
    Idle: "RFC 2177", "waiting for what is new", "", verbs ["IDLE"], responses [], codes [], "", "family/idle.rs";
    ImapSieve: "RFC 6785", "scripts that run on events", "ManageSieve URL", verbs [], responses [], codes [], "METADATA: /shared/imapsieve/script", "element/entry.rs";
    InProgress: "RFC 9585", "how far a long command is", "", verbs [], responses [], codes ["INPROGRESS"], "", "code.rs";
    JmapAccess: "RFC 9698", "where the JMAP server is", "", verbs ["GETJMAPACCESS"], responses ["JMAPACCESS"], codes [], "", "family/jmap.rs";
    Language: "RFC 5255", "the language of texts", "", verbs ["LANGUAGE"], responses ["LANGUAGE"], codes [], "NAMESPACE: TRANSLATION", "family/language.rs";
    ListExtended: "RFC 5258", "what LIST looks for and gives back", "", verbs ["LIST"], responses ["LIST"], codes [], "LIST: SUBSCRIBED REMOTE RECURSIVEMATCH CHILDREN CHILDINFO", "family/list/mod.rs";
    ListMetadata: "RFC 9590", "annotations in LIST", "", verbs [], responses [], codes [], "LIST: METADATA", "family/list/options.rs";
    ListMyRights: "RFC 8440", "the client's rights in LIST", "", verbs [], responses [], codes [], "LIST: MYRIGHTS", "family/list/options.rs";
    ListStatus: "RFC 5819", "STATUS in LIST", "", verbs [], responses [], codes [], "LIST: STATUS", "family/list/options.rs";
    LiteralPlus: "RFC 7888", "literals without waiting", "", verbs [], responses [], codes [], "{n+}", "token.rs";
    LiteralMinus: "RFC 7888", "literals of up to 4096 octets without waiting", "", verbs [], responses [], codes [], "{n+}", "token.rs";
    LoginReferrals: "RFC 2221", "logins on another server", "", verbs [], responses [], codes ["REFERRAL"], "", "code.rs";
    LoginDisabled: "RFC 9051", "LOGIN is refused", "", verbs [], responses [], codes [], "LOGIN", "family/auth.rs";
    MailboxReferrals: "RFC 2193", "mailboxes on other servers", "", verbs ["RLIST", "RLSUB"], responses [], codes ["REFERRAL"], "", "family/list/mod.rs";
    MessageLimit: "RFC 9738", "how many messages one command handles", "messages", verbs [], responses [], codes ["MESSAGELIMIT"], "SEARCH: UIDAFTER UIDBEFORE", "code.rs";
    SaveLimit: "RFC 9738", "how many messages one command stores", "messages", verbs [], responses [], codes ["MESSAGELIMIT"], "", "code.rs";
    Metadata: "RFC 5464", "annotations of mailboxes and of the server", "", verbs ["GETMETADATA", "SETMETADATA"], responses ["METADATA"], codes ["METADATA"], "", "family/metadata/mod.rs";
    MetadataServer: "RFC 5464", "annotations of the server", "", verbs ["GETMETADATA", "SETMETADATA"], responses ["METADATA"], codes ["METADATA"], "", "family/metadata/mod.rs";
    Move: "RFC 6851", "moving messages", "", verbs ["MOVE", "UID MOVE"], responses [], codes ["COPYUID"], "", "family/copy.rs";
    MultiAppend: "RFC 3502", "several messages in one APPEND", "", verbs [], responses [], codes [], "APPEND", "family/append.rs";
    MultiSearch: "RFC 7377", "searches in several mailboxes", "", verbs ["ESEARCH"], responses ["ESEARCH"], codes [], "ESEARCH: MAILBOX UIDVALIDITY", "family/search/multi.rs";
    Namespace: "RFC 2342", "the prefixes of mailbox names", "", verbs ["NAMESPACE"], responses ["NAMESPACE"], codes [], "", "family/namespace.rs";
    Notify: "RFC 5465", "what the server tells without being asked", "", verbs ["NOTIFY"], responses [], codes ["NOTIFICATIONOVERFLOW", "BADEVENT"], "LIST: OLDNAME \\NoAccess", "family/notify.rs";
    ObjectId: "RFC 8474", "identifiers that stay", "", verbs [], responses [], codes ["MAILBOXID"], "FETCH, SEARCH: EMAILID THREADID; STATUS: MAILBOXID", "element/object_id.rs";
    Partial: "RFC 9394", "results by pages", "", verbs [], responses [], codes [], "SEARCH, FETCH: PARTIAL", "element/partial_range.rs";
    Preview: "RFC 8970", "the beginning of the text", "", verbs [], responses [], codes [], "FETCH: PREVIEW", "family/fetch/item.rs";
    Quota: "RFC 9208", "limits of resources", "", verbs ["GETQUOTA", "GETQUOTAROOT"], responses ["QUOTA", "QUOTAROOT"], codes ["OVERQUOTA"], "STATUS: DELETED DELETED-STORAGE", "family/quota.rs";
    QuotaRes: "RFC 9208", "resources that are limited", "resource", verbs [], responses [], codes [], "QUOTA", "family/quota.rs";
    QuotaSet: "RFC 9208", "limits that clients can change", "", verbs ["SETQUOTA"], responses [], codes [], "", "family/quota.rs";
    Replace: "RFC 8508", "a message in place of another", "", verbs ["REPLACE", "UID REPLACE"], responses [], codes [], "", "family/append.rs";
    SaslIr: "RFC 4959", "the first response in the command", "", verbs [], responses [], codes [], "AUTHENTICATE", "family/auth.rs";
    SaveDate: "RFC 8514", "when a message was saved", "", verbs [], responses [], codes [], "FETCH: SAVEDATE; SEARCH: SAVEDBEFORE SAVEDON SAVEDSINCE SAVEDATESUPPORTED", "family/fetch/item.rs";
    SearchFuzzy: "RFC 6203", "searches that are not exact", "", verbs [], responses [], codes [], "SEARCH: FUZZY; ESEARCH, SORT: RELEVANCY", "family/search/key.rs";
    SearchRes: "RFC 5182", "results of searches that are kept", "", verbs [], responses [], codes ["NOTSAVED"], "SEARCH: SAVE; $", "element/sequence.rs";
    Sort: "RFC 5256", "sorting by the server", "", verbs ["SORT", "UID SORT"], responses ["SORT"], codes [], "", "family/sort.rs";
    SortDisplay: "RFC 5957", "sorting by names", "", verbs [], responses [], codes [], "SORT: DISPLAYFROM DISPLAYTO", "family/sort.rs";
    SpecialUse: "RFC 6154", "what mailboxes are for", "", verbs [], responses [], codes [], "LIST: SPECIAL-USE \\All \\Archive \\Drafts \\Flagged \\Junk \\Sent \\Trash \\Important", "family/list/attribute.rs";
    StartTls: "RFC 9051", "going over to TLS", "", verbs ["STARTTLS"], responses [], codes [], "", "family/starttls.rs";
    StatusSize: "RFC 8438", "the size of a mailbox", "", verbs [], responses [], codes [], "STATUS: SIZE", "family/status.rs";
    ThreadOrderedSubject: "RFC 5256", "threads by subject", "", verbs ["THREAD", "UID THREAD"], responses ["THREAD"], codes [], "", "family/thread.rs";
    ThreadReferences: "RFC 5256", "threads by references", "", verbs ["THREAD", "UID THREAD"], responses ["THREAD"], codes [], "", "family/thread.rs";
    ThreadRefs: "Dovecot, Cyrus", "threads by references, not by subject", "", verbs ["THREAD", "UID THREAD"], responses ["THREAD"], codes [], "", "family/thread.rs";
    UidBatches: "RFC 10022", "ranges of UIDs of a size", "", verbs ["UIDBATCHES"], responses ["UIDBATCHES"], codes ["TOOFEW", "TOOMANY"], "", "family/uid_batches.rs";
    UidOnly: "RFC 9586", "no message sequence numbers", "", verbs [], responses ["UIDFETCH", "VANISHED"], codes ["UIDREQUIRED"], "", "family/fetch/mod.rs";
    UidPlus: "RFC 4315", "UIDs of what was stored and copied", "", verbs ["UID EXPUNGE"], responses [], codes ["APPENDUID", "COPYUID", "UIDNOTSTICKY"], "", "family/copy.rs";
    Unauthenticate: "RFC 8437", "back to before login", "", verbs ["UNAUTHENTICATE"], responses [], codes [], "", "family/session.rs";
    Unselect: "RFC 3691", "closing without removing", "", verbs ["UNSELECT"], responses [], codes [], "", "family/select.rs";
    UrlPartial: "RFC 5550", "parts of messages in URLs", "", verbs [], responses [], codes [], "CATENATE, URLFETCH", "element/url.rs";
    UrlAuth: "RFC 4467", "URLs that authorise", "", verbs ["GENURLAUTH", "RESETKEY", "URLFETCH"], responses ["GENURLAUTH", "URLFETCH"], codes ["URLMECH"], "", "family/urlauth.rs";
    UrlAuthBinary: "RFC 5524", "decoded parts by URL", "", verbs [], responses [], codes [], "URLFETCH: BODY BINARY BODYPARTSTRUCTURE", "family/urlauth.rs";
    Utf8Accept: "RFC 9755", "UTF-8 in strings and names", "", verbs [], responses [], codes [], "APPEND: UTF8", "mode.rs";
    Utf8Only: "RFC 9755", "UTF-8 is required", "", verbs [], responses [], codes [], "", "mode.rs";
    Within: "RFC 5032", "searches by age", "", verbs [], responses [], codes [], "SEARCH: OLDER YOUNGER", "family/search/key.rs";
    XGmExt1: "Gmail", "labels, threads and searches of Gmail", "", verbs [], responses [], codes [], "FETCH: X-GM-MSGID X-GM-THRID X-GM-LABELS; STORE: X-GM-LABELS; SEARCH: X-GM-RAW X-GM-MSGID X-GM-THRID X-GM-LABELS", "family/fetch/item.rs";
    XList: "Gmail, QQ, NetEase", "special uses before SPECIAL-USE", "", verbs ["XLIST"], responses ["XLIST"], codes [], "", "family/list/mod.rs";
    XApplePushService: "Apple", "push messages to devices", "", verbs ["XAPPLEPUSHSERVICE"], responses ["XAPPLEPUSHSERVICE"], codes [], "", "family/push.rs";
    AnnotateMore: "Cyrus", "annotations before METADATA", "", verbs ["GETANNOTATION", "SETANNOTATION"], responses ["ANNOTATION"], codes [], "", "family/annotatemore.rs";
    PreviewFuzzy: "Dovecot", "the beginning of the text, before PREVIEW", "", verbs [], responses [], codes [], "FETCH: PREVIEW (FUZZY)", "family/fetch/item.rs";
    SnippetFuzzy: "Dovecot", "the beginning of the text, before PREVIEW", "", verbs [], responses [], codes [], "FETCH: SNIPPET (FUZZY)", "family/fetch/item.rs";
    SearchMimePart: "Dovecot", "searches in parts", "", verbs [], responses [], codes [], "SEARCH: MIMEPART", "family/search/key.rs";
    SearchXMimePart: "Dovecot", "searches in parts", "", verbs [], responses [], codes [], "SEARCH: MIMEPART", "family/search/key.rs";
    SortUid: "Cyrus", "sorting by UID", "", verbs [], responses [], codes [], "SORT: UID", "family/sort.rs";
    SortModSeq: "Cyrus", "sorting by modification sequence", "", verbs [], responses [], codes [], "SORT: MODSEQ", "family/sort.rs";
    DigestSha1: "Cyrus", "digests of messages", "", verbs [], responses [], codes [], "FETCH: DIGEST.SHA1", "family/fetch/item.rs";
    XCreatedModSeq: "Cyrus", "the modification sequence of the creation", "", verbs [], responses [], codes [], "FETCH: CREATEDMODSEQ", "family/fetch/item.rs";
    XConversations: "Cyrus", "conversations", "", verbs [], responses [], codes [], "FETCH: CID; SEARCH: CID", "family/fetch/item.rs";
    XReplication: "Cyrus", "replication between servers", "", verbs [], responses [], codes [], "", "extension.rs";
    Mupdate: "Cyrus", "the master of a cluster", "server", verbs [], responses [], codes [], "", "extension.rs";
    XYmHighestModSeq: "Yahoo", "modification sequences of old", "", verbs [], responses [], codes ["HIGHESTMODSEQ"], "", "extension.rs";
}

impl Extension {
    /// What is known of the extension.
    #[must_use]
    pub fn row(self) -> &'static ExtensionRow {
        // The table is in the order of the enum; a test compares the two.
        &EXTENSIONS[self as usize]
    }

    const fn bit(self) -> u128 {
        1 << self as u8
    }
}

/// A set of extensions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct ExtensionSet(u128);

impl ExtensionSet {
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// The set with `extension`.
    #[must_use]
    pub const fn with(self, extension: Extension) -> Self {
        Self(self.0 | extension.bit())
    }

    /// The set without `extension`.
    #[must_use]
    pub const fn without(self, extension: Extension) -> Self {
        Self(self.0 & !extension.bit())
    }

    /// The set without what is in `other`.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True when `extension` is in the set.
    #[must_use]
    pub const fn contains(self, extension: Extension) -> bool {
        self.0 & extension.bit() != 0
    }

    /// The extensions in the set, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Extension> {
        Extension::ALL.iter().copied().filter(move |&extension| self.contains(extension))
    }
}

impl core::fmt::Debug for ExtensionSet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<Extension> for ExtensionSet {
    fn from_iter<I: IntoIterator<Item = Extension>>(extensions: I) -> Self {
        extensions.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl Extension {
    /// True for what IMAP4rev2 holds without a capability of its own.
    ///
    /// RFC 9051 appendix E.
    #[must_use]
    pub const fn is_in_rev2(self) -> bool {
        matches!(
            self,
            Self::Namespace
                | Self::Unselect
                | Self::UidPlus
                | Self::ESearch
                | Self::SearchRes
                | Self::Enable
                | Self::Idle
                | Self::SaslIr
                | Self::ListExtended
                | Self::ListStatus
                | Self::Children
                | Self::Move
                | Self::LiteralMinus
                | Self::StatusSize
        )
    }
}

/// What a command, or an argument of one, needs of the server.
///
/// Each family says it of its own arguments; [`Command::lacks`](crate::Command::lacks) asks for all of them.
///
/// # Example
/// ```
/// use mailwire_imap::extension::Need;
/// use mailwire_imap::family::search::SearchKeyName;
/// use mailwire_imap::{Extension, ExtensionSet};
///
/// let need = SearchKeyName::ModSeq.need().unwrap();
/// assert_eq!(need.extension(), Extension::CondStore);
/// let offered = ExtensionSet::EMPTY.with(Extension::QResync);
/// assert!(need.is_met(|extension| offered.contains(extension), |_| false));
/// assert_eq!(need.to_string(), "CONDSTORE or QRESYNC");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// The extension is offered, or one of the others that have the same.
    Offered(Extension, &'static [Extension]),
    /// The extension is switched on by ENABLE.
    Enabled(Extension),
}

/// Whether a session has what is needed.
pub(crate) type IsMet<'f> = &'f dyn Fn(Need) -> bool;

impl Need {
    /// The one extension that has it.
    pub(crate) const fn of(extension: Extension) -> Self {
        Self::Offered(extension, &[])
    }

    /// CONDSTORE, which QRESYNC implies: RFC 7162 section 3.2.3.
    pub(crate) const CONDSTORE: Self = Self::Offered(Extension::CondStore, &[Extension::QResync]);

    /// The extension that it is about; the first where others have it too.
    #[must_use]
    pub const fn extension(self) -> Extension {
        match self {
            Self::Offered(extension, _) | Self::Enabled(extension) => extension,
        }
    }

    /// True when a session has it, by what is offered in it and what was enabled.
    pub fn is_met(
        self,
        offered: impl Fn(Extension) -> bool,
        enabled: impl Fn(Extension) -> bool,
    ) -> bool {
        match self {
            Self::Offered(extension, others) => {
                offered(extension) || others.iter().any(|other| offered(*other))
            }
            Self::Enabled(extension) => enabled(extension),
        }
    }

    /// The need, unless it is met.
    pub(crate) fn unmet(self, is_met: IsMet<'_>) -> Option<Self> {
        if is_met(self) { None } else { Some(self) }
    }
}

impl core::fmt::Display for Need {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.extension().as_str())?;
        match self {
            Self::Offered(_, others) => {
                others.iter().try_for_each(|other| write!(f, " or {other}"))
            }
            Self::Enabled(_) => Ok(()),
        }
    }
}

/// The table as Markdown.
#[must_use]
pub fn extensions_markdown() -> String {
    let mut out = String::from(
        "| capability | source | what for | value | commands | responses | codes | adds | file |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for row in &EXTENSIONS {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | `{}` |",
            row.extension,
            row.source,
            row.summary,
            row.value,
            row.verbs.join(", "),
            row.responses.join(" "),
            row.codes.join(" "),
            row.items,
            row.file,
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::CodeName;
    use crate::command::{COMMANDS, Verb};
    use crate::response::{DataName, Numbered};

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        assert!(Extension::ALL.len() <= 128);
        for (row, extension) in EXTENSIONS.iter().zip(Extension::ALL) {
            assert_eq!(row.extension, *extension);
            assert!(!row.source.is_empty() && !row.summary.is_empty());
            for verb in row.verbs {
                assert!(Verb::from_keyword(verb.as_bytes()).is_some(), "{verb}");
            }
            for code in row.codes {
                assert!(CodeName::from_keyword(code.as_bytes()).is_some(), "{code}");
            }
            for name in row.responses {
                let known = DataName::from_keyword(name.as_bytes()).is_some()
                    || Numbered::from_keyword(name.as_bytes()).is_some();
                assert!(known, "{name}");
            }
        }
    }

    #[test]
    fn verbs_and_extensions_name_each_other() {
        for row in &COMMANDS {
            if let Some(extension) = row.extension {
                assert!(extension.row().verbs.contains(&row.verb.as_str()), "{}", row.verb);
            }
        }
    }
}
