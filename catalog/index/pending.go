package index

import "time"

// PendingLife is how long an announcement is kept at least. It is far longer than any commit is waited for, and bounds for how long readers look
// into a log after a committer has died between announcement and commit.
const PendingLife = 10 * time.Minute
