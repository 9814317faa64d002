//! What an author wrote now: the text of a mail without the mails it quotes and without signature.
//! [`lines`] splits and marks, [`intro`] knows the lines that introduce a quote, [`closing`] knows
//! signatures, [`own`] puts together what is left. The original stays whole; what is kept is told
//! by its place in it.

mod closing;
mod intro;
mod lines;
mod own;

pub(super) use own::new_text;
