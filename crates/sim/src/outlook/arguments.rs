//! The command line of `sim outlook`.
//!
//! Invariant: every setting has a default but the add-in's address.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use url::Url;

use super::{Launch, Library, MailSource, OutlookError, Settings, Theme};
use crate::tls::{Certificate, TlsError};

/// Light or dark, as written on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Look {
    Light,
    Dark,
}

/// Plays Outlook on the web with an add-in beside a mailbox.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The add-in's task pane page.
    #[arg(long)]
    addin: Url,
    /// The page that runs when a message is sent; without it nothing does.
    #[arg(long)]
    send_page: Option<Url>,
    /// The function that it associates.
    #[arg(long, default_value = "onMessageSend")]
    send_function: String,
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// A folder of mails to show instead of our own.
    #[arg(long)]
    mail: Option<PathBuf>,
    /// So many short mails of one week instead of our own.
    #[arg(long, conflicts_with = "mail")]
    mails: Option<usize>,
    /// The `dist` folder of the npm package, for browsers told to find Microsoft's host here.
    #[arg(long)]
    library: Option<PathBuf>,
    /// The language Outlook says it shows.
    #[arg(long, default_value = "en-US")]
    locale: String,
    /// How the page looks at first.
    #[arg(long, value_enum, default_value_t = Look::Light)]
    theme: Look,
    /// A folder to write `certificate.pem`, `key.pem` and `spki.txt` to, for an add-in on this machine that the
    /// same browser is to trust.
    #[arg(long)]
    certificate_folder: Option<PathBuf>,
}

impl Arguments {
    /// The settings these arguments mean, with a certificate made for the occasion.
    pub fn settings(self) -> Result<Settings, TlsError> {
        let mut settings = Settings::new(self.addin, Certificate::for_world()?);
        settings.port = self.port;
        settings.launch = self.send_page.map(|page| Launch { page, function: self.send_function });
        settings.locale = self.locale;
        settings.mail = match (self.mail, self.mails) {
            (Some(folder), _) => MailSource::Folder(folder),
            (None, Some(count)) => MailSource::Season(count),
            (None, None) => MailSource::Ours,
        };
        settings.library = self.library.map_or(Library::Cdn, Library::Folder);
        settings.theme = match self.theme {
            Look::Light => Theme::Light,
            Look::Dark => Theme::Dark,
        };
        Ok(settings)
    }
}

/// Starts the page, says where it is and what a browser needs to see it, and runs until interrupted.
pub async fn run(arguments: Arguments) -> Result<(), OutlookError> {
    let folder = arguments.certificate_folder.clone();
    let settings = arguments.settings()?;
    if let Some(folder) = folder {
        write_certificate(&settings.certificate, &folder).map_err(OutlookError::Certificate)?;
    }
    let running = super::start(settings).await?;
    let mut out = std::io::stdout();
    let [rules, trust] = running.chromium_flags();
    writeln!(out, "Outlook listens on {}", running.address())?;
    writeln!(out, "chromium --user-data-dir=\"$(mktemp -d)\" '{rules}' '{trust}' {}", running.url())?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// The key is readable by its owner alone.
fn write_certificate(certificate: &Certificate, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("certificate.pem"), certificate.certificate_pem())?;
    std::fs::write(folder.join("spki.txt"), certificate.spki_sha256())?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(folder.join("key.pem"))?.write_all(certificate.key_pem().as_bytes())
}
