//! Prints what the simulation says of the template's numbers: all, or the parts whose titles contain an argument.

use std::io::Write;
use std::process::ExitCode;

use scale::report::SECTIONS;
use scale::template::Template;

fn main() -> ExitCode {
    let template = match Template::of_repository() {
        Ok(template) => template,
        Err(error) => return say(&mut std::io::stderr(), &format!("{error}\n"), 1),
    };
    let asked: Vec<_> = std::env::args().skip(1).collect();
    for (title, print) in SECTIONS {
        if asked.is_empty() || asked.iter().any(|part| title.contains(part)) {
            let text = format!("### {title}\n\n{}\n", print(&template));
            say(&mut std::io::stdout(), &text, 0);
        }
    }
    ExitCode::SUCCESS
}

/// A reader that went away, such as `head`, changes nothing of the result.
fn say(to: &mut dyn Write, text: &str, code: u8) -> ExitCode {
    let _ = to.write_all(text.as_bytes());
    ExitCode::from(code)
}
