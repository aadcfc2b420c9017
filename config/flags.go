package config

import "github.com/spf13/pflag"

// Flags registers a flag for every setting (--section.key, and the short form where there is one) and returns a function that gives
// the values of those set on the command line, by path. The long forms are left out of the help text, which would be three pages.
func Flags(fs *pflag.FlagSet) func() map[string]string {
	type flag struct{ path, name string }
	var flags []flag
	for _, s := range settings() {
		fs.String(s.Flag, "", s.Doc)
		flags = append(flags, flag{s.Path, s.Flag})
		if s.Short != "" {
			fs.String(s.Short, "", s.Doc)
			flags = append(flags, flag{s.Path, s.Short})
		}
		_ = fs.MarkHidden(s.Flag) // cannot fail: the flag was added above
		fs.Lookup(s.Flag).NoOptDefVal = noOpt(s.Type)
	}
	return func() map[string]string {
		values := map[string]string{}
		for _, f := range flags { // a short form comes after its long form and wins
			if fs.Changed(f.name) {
				values[f.path] = fs.Lookup(f.name).Value.String()
			}
		}
		return values
	}
}

// noOpt lets a true/false flag stand alone.
func noOpt(typ string) string {
	if typ == "true/false" {
		return "true"
	}
	return ""
}
