# `pixcrawler repl` runs this in the prompt's own namespace, as PYTHONSTARTUP.
import pixcrawler._repl

pixcrawler._repl.begin(globals())
