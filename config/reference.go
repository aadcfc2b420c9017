package config

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

const referenceHead = `# Configuration reference

<!-- Written by "miniodb config reference"; "make docs" renews it. -->

A server starts without any configuration. Settings come from, each overriding the one before: the defaults below, a YAML file
(` + "`--config FILE` or `MINIODB_CONFIG`" + `), environment variables, flags. Every setting has all three names.

- Durations are ` + "`30s`, `5m`, `1h30m`, `7d`" + ` or seconds as a plain number.
- Sizes are bytes or have a unit: ` + "`64MB`, `1.5GB`" + ` (1 MB is 1024 * 1024 bytes).
- Lists are YAML lists; in variables and flags they are separated by commas, and maps are ` + "`key=value,key=value`" + `.
- An unknown key is an error that names the nearest known one. ` + "`miniodb config check FILE`" + ` looks at a file,
  ` + "`miniodb config print`" + ` shows the values in effect with secrets masked.
- "Not yet" marks settings without effect in this build: a server that is given one says so when it starts, or refuses to start
  where its silence could cost data or safety.
`

// Reference writes docs/configuration.md: every setting with its names, default and meaning.
func Reference(w io.Writer) error {
	out := bytes.NewBufferString(referenceHead)
	def := Default()
	for _, sec := range sections {
		fmt.Fprintf(out, "\n## %s\n\n%s\n", strings.NewReplacer("<table>", "*table*").Replace(sec.Path), sec.Doc)
		if len(sec.Settings) == 0 {
			out.WriteString("The keys are those of `tables.default_config`.\n")
			continue
		}
		out.WriteString("\n| key | type | default | environment and flag | meaning |\n|---|---|---|---|---|\n")
		for _, s := range sec.Settings {
			value := def.text(s)
			if value == "" || s.Type == "duration" && value == "0s" {
				value = " "
			} else {
				value = " `" + value + "` "
			}
			flag := "`--" + s.Flag + "`"
			if s.Short != "" {
				flag = "`--" + s.Short + "`, " + flag
			}
			doc := s.Doc
			if s.Refuse != "" {
				doc += " *Not yet: start-up is refused, " + s.Refuse + ".*"
			} else if s.Warn != "" {
				doc += " *Not yet: " + s.Warn + ".*"
			}
			fmt.Fprintf(out, "| `%s` | %s |%s| `%s` %s | %s |\n", s.Path[len(sec.Path)+1:], s.Type, value, s.Env, flag,
				strings.ReplaceAll(doc, "|", `\|`))
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}
