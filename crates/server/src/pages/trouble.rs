//! What can go wrong in the dialog, in words: what happened, what to do, and what
//! an administrator should look at.

use crate::openid::ErrorKind;
use api::ProblemCode;
use axum::http::StatusCode;

/// Why a dialog goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no such page.
    NoPage,
    /// A page, but not asked for like this.
    WrongMethod,
    /// A frame, a script, or a page fetched ahead.
    NoWindow,
    /// No sign-in of that name, or no longer.
    NoSignIn,
    /// This step was taken already.
    UsedAlready,
    /// The sign-in is over: its time is, or somebody ended it.
    Over,
    /// A callback without the cookie of a sign-in.
    NoCookie,
    /// A callback of another site or another way to sign in.
    OtherSite,
    /// The form comes from somewhere else than iMIS.
    OtherOrigin,
    /// The form does not say where it comes from.
    NoOrigin,
    /// Not the form that iMIS sends.
    BadForm,
    /// Far longer than the form that iMIS sends.
    FormTooLarge,
    /// iMIS does not take its own refresh token.
    HandOverRefused,
    /// iMIS does not take our client ID and secret.
    ApplicationRefused,
    /// The account is locked or disabled.
    AccountDisabled,
    /// The account lacks the role that calls need.
    NoRemoteService,
    /// iMIS does not count the person among the staff.
    NotStaff,
    /// The provider does not.
    NotStaffAtProvider,
    /// The provider's person and iMIS's are not the same.
    IdentityMismatch,
    /// Everybody else comes in through the provider.
    AdministratorsOnly,
    /// iMIS cannot be reached.
    ImisUnavailable,
    /// Something else answers in its place.
    ImisNotUnderstood,
    /// The person, or the provider, said no.
    ProviderDenied,
    /// The provider cannot be reached.
    ProviderUnavailable,
    /// The provider's settings, here or there, are wrong.
    ProviderSettings,
    /// The provider's answer cannot be trusted.
    ProviderRefused,
    /// Back from a sign-out that did not begin in this window.
    NotLeftFromHere,
    /// The server cannot keep what it must.
    Store,
}

/// What a page says.
pub(crate) struct Words {
    pub(crate) title: &'static str,
    pub(crate) what: &'static str,
    pub(crate) next: &'static str,
    pub(crate) administrator: Option<&'static str>,
}

const AGAIN: &str = "Close this window and sign in again from the pane in Outlook.";
const ASK: &str = "Close this window and ask your administrator; the lines below are for them.";
const LATER: &str = "Close this window and try again in a few minutes.";

impl Trouble {
    /// All there are.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 28] = [
        Self::NoPage,
        Self::WrongMethod,
        Self::NoWindow,
        Self::NoSignIn,
        Self::UsedAlready,
        Self::Over,
        Self::NoCookie,
        Self::OtherSite,
        Self::OtherOrigin,
        Self::NoOrigin,
        Self::BadForm,
        Self::FormTooLarge,
        Self::HandOverRefused,
        Self::ApplicationRefused,
        Self::AccountDisabled,
        Self::NoRemoteService,
        Self::NotStaff,
        Self::NotStaffAtProvider,
        Self::IdentityMismatch,
        Self::AdministratorsOnly,
        Self::ImisUnavailable,
        Self::ImisNotUnderstood,
        Self::ProviderDenied,
        Self::ProviderUnavailable,
        Self::ProviderSettings,
        Self::ProviderRefused,
        Self::NotLeftFromHere,
        Self::Store,
    ];

    /// Of what the provider said or did.
    pub(crate) const fn of_provider(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Denied | ErrorKind::PersonNeeded => Self::ProviderDenied,
            ErrorKind::Unavailable => Self::ProviderUnavailable,
            ErrorKind::Settings => Self::ProviderSettings,
            ErrorKind::Refused => Self::ProviderRefused,
        }
    }

    /// The status of the page.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::NoPage | Self::NoSignIn => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::UsedAlready => StatusCode::CONFLICT,
            Self::Over => StatusCode::GONE,
            Self::BadForm => StatusCode::BAD_REQUEST,
            Self::FormTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ImisNotUnderstood | Self::ApplicationRefused => StatusCode::BAD_GATEWAY,
            Self::ImisUnavailable | Self::ProviderUnavailable | Self::Store => StatusCode::SERVICE_UNAVAILABLE,
            Self::NoWindow
            | Self::NoCookie
            | Self::OtherSite
            | Self::OtherOrigin
            | Self::NoOrigin
            | Self::HandOverRefused
            | Self::AccountDisabled
            | Self::NoRemoteService
            | Self::NotStaff
            | Self::NotStaffAtProvider
            | Self::IdentityMismatch
            | Self::AdministratorsOnly
            | Self::ProviderDenied
            | Self::ProviderSettings
            | Self::ProviderRefused
            | Self::NotLeftFromHere => StatusCode::FORBIDDEN,
        }
    }

    /// What the pane is told.
    pub(crate) const fn problem(self) -> ProblemCode {
        match self {
            Self::NoPage | Self::WrongMethod => ProblemCode::NotFound,
            Self::NoSignIn | Self::UsedAlready | Self::Over | Self::NoCookie | Self::NotLeftFromHere => {
                ProblemCode::SignInOver
            }
            Self::AccountDisabled => ProblemCode::AccountDisabled,
            Self::NoRemoteService => ProblemCode::NoRemoteService,
            Self::NotStaff | Self::NotStaffAtProvider => ProblemCode::NotStaff,
            Self::IdentityMismatch => ProblemCode::IdentityMismatch,
            Self::AdministratorsOnly => ProblemCode::AdministratorsOnly,
            Self::ImisUnavailable => ProblemCode::ImisUnavailable,
            Self::ImisNotUnderstood => ProblemCode::ImisNotUnderstood,
            Self::Store => ProblemCode::StoreUnavailable,
            Self::NoWindow
            | Self::OtherSite
            | Self::OtherOrigin
            | Self::NoOrigin
            | Self::BadForm
            | Self::FormTooLarge
            | Self::HandOverRefused
            | Self::ApplicationRefused
            | Self::ProviderDenied
            | Self::ProviderUnavailable
            | Self::ProviderSettings
            | Self::ProviderRefused => ProblemCode::SignInRefused,
        }
    }

    /// What the page says.
    #[expect(clippy::too_many_lines, reason = "one table")]
    pub(crate) const fn words(self) -> Words {
        match self {
            Self::NoPage => words("There is no such page", "This address leads nowhere.", AGAIN),
            Self::WrongMethod => words("This page cannot be opened like this", "It is a step of signing in.", AGAIN),
            Self::NoWindow => words(
                "Signing in needs a window of its own",
                "This page was asked for by a frame, a script or ahead of time, and so it was refused.",
                AGAIN,
            ),
            Self::NoSignIn => {
                words("This sign-in is not known", "It took too long, or it was never begun from Outlook.", AGAIN)
            }
            Self::UsedAlready => words(
                "This sign-in was already used",
                "Each step of a sign-in works once. This one was taken, here or in another window.",
                AGAIN,
            ),
            Self::Over => words("This sign-in is over", "It took too long, or an administrator ended it.", AGAIN),
            Self::NoCookie => words(
                "This sign-in was not begun here",
                "This window did not begin a sign-in from Outlook, or the browser did not keep its cookie.",
                AGAIN,
            ),
            Self::OtherSite => words(
                "This answer belongs to another sign-in",
                "The sign-in under way in this window is for another site or another way in.",
                AGAIN,
            ),
            Self::OtherOrigin => words(
                "This did not come from your iMIS",
                "Another web page tried to hand over a sign-in. Nothing was signed in.",
                AGAIN,
            ),
            Self::NoOrigin => administrator(
                "Your iMIS does not say who it is",
                "The browser did not say which web page hands over this sign-in, so it was refused.",
                ASK,
                "The page with the Single Sign-On content item is sent with a Referrer-Policy of no-referrer or \
                 same-origin, by iMIS or by a proxy before it, so browsers send Origin: null. Change the policy to \
                 strict-origin-when-cross-origin. Where that is not possible, accept_null_origin = true of this site \
                 takes such answers and has each person confirm who they are.",
            ),
            Self::BadForm | Self::FormTooLarge => administrator(
                "This is not what iMIS sends",
                "A sign-in is handed over as a form with exactly one refresh token.",
                ASK,
                "The Login redirect URL of the client application was called with something else.",
            ),
            Self::HandOverRefused => administrator(
                "iMIS does not stand by its own hand-over",
                "iMIS signed you in but then did not accept what it had handed over; it may have taken too long.",
                AGAIN,
                "If this happens to everybody: the page belongs to another client application than the configured \
                 client ID, or the refresh token lifetime of the client application is too short.",
            ),
            Self::ApplicationRefused => administrator(
                "iMIS does not know this add-in",
                "iMIS refused the client ID or the client secret of this add-in.",
                ASK,
                "Compare client_id and client_secret of single_sign_on with Settings > Contacts > Client applications.",
            ),
            Self::AccountDisabled => words(
                "Your iMIS account is locked or disabled",
                "iMIS does not let this account in.",
                "Ask your iMIS administrator to unlock or enable it.",
            ),
            Self::NoRemoteService => administrator(
                "Your iMIS account may not be used from Outlook",
                "Your account lacks a role that the add-in needs.",
                ASK,
                "Give the user the role RemoteService.",
            ),
            Self::NotStaff => words(
                "Only staff can use this",
                "iMIS does not count your account among the staff.",
                "If that is wrong, ask your iMIS administrator.",
            ),
            Self::NotStaffAtProvider => administrator(
                "Only staff can use this",
                "Your organisation's sign-in does not say that you are staff.",
                "If that is wrong, ask your administrator; the lines below are for them.",
                "The claim of user_authentication_claim_type lacks the value of user_authentication_claim_value for \
                 this person.",
            ),
            Self::IdentityMismatch => administrator(
                "Two different people signed in",
                "The person at your organisation's sign-in is not the person that iMIS signed in.",
                "Sign out of iMIS in this browser, then sign in again from Outlook. If it is you both times, ask \
                 your administrator.",
                "The ExternalId of the iMIS user must be the claim of external_id_claim_type. Where the user has no \
                 ExternalId, the primary e-mail of the contact must be the provider's e-mail claim, and the provider \
                 must not call it unverified. The audit log says which of them differs.",
            ),
            Self::AdministratorsOnly => words(
                "This way in is for system administrators",
                "Everybody else signs in with the organisation's own sign-in.",
                "Close this window and choose the organisation's sign-in in the pane.",
            ),
            Self::ImisUnavailable => words("iMIS cannot be reached", "iMIS did not answer in time.", LATER),
            Self::ImisNotUnderstood => administrator(
                "Something else answers in place of iMIS",
                "The answer was not one of iMIS.",
                ASK,
                "A proxy, a maintenance page or a wrong url of the site stands between this server and iMIS.",
            ),
            Self::ProviderDenied => words(
                "Your organisation's sign-in said no",
                "The sign-in was cancelled, or you may not use this add-in.",
                AGAIN,
            ),
            Self::ProviderUnavailable => {
                words("Your organisation's sign-in cannot be reached", "It did not answer in time.", LATER)
            }
            Self::ProviderSettings => administrator(
                "Your organisation's sign-in is not set up right",
                "It and this add-in do not agree on their settings.",
                ASK,
                "Compare openid_connect with the provider: well-known URL, authority URL, client ID, client secret, \
                 redirect URI. The audit log has the reason; imis-outlook check prints what the provider must know.",
            ),
            Self::ProviderRefused => administrator(
                "The answer of your organisation's sign-in cannot be trusted",
                "A check of the answer failed, so nobody was signed in.",
                AGAIN,
                "If this happens to everybody, the audit log has the reason.",
            ),
            Self::NotLeftFromHere => words(
                "You are signed out here",
                "Whether you are signed out at your organisation too is not known: the answer was for another window.",
                "Close this window. To be sure, close the browser.",
            ),
            Self::Store => {
                words("The server cannot sign anybody in right now", "It cannot keep what it has to keep.", LATER)
            }
        }
    }
}

const fn words(title: &'static str, what: &'static str, next: &'static str) -> Words {
    Words { title, what, next, administrator: None }
}

const fn administrator(
    title: &'static str,
    what: &'static str,
    next: &'static str,
    administrator: &'static str,
) -> Words {
    Words { title, what, next, administrator: Some(administrator) }
}
