package sql

// MaxTextBytes is the longest text that Parse takes.
const MaxTextBytes = 64 << 20

// Parse splits text into statements, parses and classifies them. Empty statements are dropped. Errors are *pgerr.Error with a position in
// text: 42601 for syntax, 0A000 for what is not supported, 42501 for what may never run here, 54000 and 54001 for too long and too
// deep, 22021 for bytes that are not UTF-8. An error in one statement fails the whole text.
func Parse(text string) ([]*Statement, error) {
	return parseText(text)
}
