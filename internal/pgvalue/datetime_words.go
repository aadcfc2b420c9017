package pgvalue

// A word of a date or time: its kind and value.
type word struct {
	kind  wordKind
	value int
}

type wordKind uint8

const (
	wordUnknown wordKind = iota
	wordIgnore           // on, at
	wordWeekday
	wordMonth // value: 1 to 12
	wordMeridian
	wordEra
	wordSpecial // now, today, infinity, ...
	wordUnit    // y, m, d, h, mm, s: an ISO prefix
	wordJulian
	wordISOTime // t
	wordZone    // a time zone abbreviation
	wordDST
	wordAgo
)

// Values of wordMeridian, wordEra and wordSpecial.
const (
	meridianNone = iota
	meridianAM
	meridianPM

	eraAD = iota
	eraBC

	specialNow = iota
	specialToday
	specialTomorrow
	specialYesterday
	specialEpoch
	specialInfinity
	specialMinusInfinity
	specialAllBalls
)

// Values of wordUnit.
const (
	unitMicros = iota
	unitMillis
	unitSecond
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitQuarter
	unitYear
	unitDecade
	unitCentury
	unitMillennium
)

// maxWordBytes is how much of a word PostgreSQL compares (TOKMAXLEN).
const maxWordBytes = 10

var dateWords = map[string]word{
	"-infinity": {wordSpecial, specialMinusInfinity}, "infinity": {wordSpecial, specialInfinity},
	"now": {wordSpecial, specialNow}, "today": {wordSpecial, specialToday}, "tomorrow": {wordSpecial, specialTomorrow},
	"yesterday": {wordSpecial, specialYesterday}, "epoch": {wordSpecial, specialEpoch}, "allballs": {wordSpecial, specialAllBalls},
	"ad": {wordEra, eraAD}, "bc": {wordEra, eraBC}, "am": {wordMeridian, meridianAM}, "pm": {wordMeridian, meridianPM},
	"jan": {wordMonth, 1}, "january": {wordMonth, 1}, "feb": {wordMonth, 2}, "february": {wordMonth, 2}, "mar": {wordMonth, 3}, "march": {wordMonth, 3},
	"apr": {wordMonth, 4}, "april": {wordMonth, 4}, "may": {wordMonth, 5}, "jun": {wordMonth, 6}, "june": {wordMonth, 6}, "jul": {wordMonth, 7},
	"july": {wordMonth, 7}, "aug": {wordMonth, 8}, "august": {wordMonth, 8}, "sep": {wordMonth, 9}, "sept": {wordMonth, 9}, "september": {wordMonth, 9},
	"oct": {wordMonth, 10}, "october": {wordMonth, 10}, "nov": {wordMonth, 11}, "november": {wordMonth, 11}, "dec": {wordMonth, 12}, "december": {wordMonth, 12},
	"sun": {wordWeekday, 0}, "sunday": {wordWeekday, 0}, "mon": {wordWeekday, 1}, "monday": {wordWeekday, 1}, "tue": {wordWeekday, 2}, "tues": {wordWeekday, 2},
	"tuesday": {wordWeekday, 2}, "wed": {wordWeekday, 3}, "weds": {wordWeekday, 3}, "wednesday": {wordWeekday, 3}, "thu": {wordWeekday, 4}, "thur": {wordWeekday, 4},
	"thurs": {wordWeekday, 4}, "thursday": {wordWeekday, 4}, "fri": {wordWeekday, 5}, "friday": {wordWeekday, 5}, "sat": {wordWeekday, 6}, "saturday": {wordWeekday, 6},
	"at": {wordIgnore, 0}, "on": {wordIgnore, 0},
	"y": {wordUnit, unitYear}, "m": {wordUnit, unitMonth}, "d": {wordUnit, unitDay}, "h": {wordUnit, unitHour}, "mm": {wordUnit, unitMinute}, "s": {wordUnit, unitSecond},
	"j": {wordJulian, 0}, "jd": {wordJulian, 0}, "julian": {wordJulian, 0}, "t": {wordISOTime, 0}, "dst": {wordDST, 3600}, "undefined": {wordUnknown, 0},
}

var intervalWords = map[string]word{
	"@": {wordIgnore, 0}, "ago": {wordAgo, 0},
	"us": {wordUnit, unitMicros}, "usec": {wordUnit, unitMicros}, "usecs": {wordUnit, unitMicros}, "usecond": {wordUnit, unitMicros}, "useconds": {wordUnit, unitMicros},
	"microsecon": {wordUnit, unitMicros},
	"ms":         {wordUnit, unitMillis}, "msec": {wordUnit, unitMillis}, "msecs": {wordUnit, unitMillis}, "msecond": {wordUnit, unitMillis}, "mseconds": {wordUnit, unitMillis},
	"millisecon": {wordUnit, unitMillis},
	"s":          {wordUnit, unitSecond}, "sec": {wordUnit, unitSecond}, "secs": {wordUnit, unitSecond}, "second": {wordUnit, unitSecond}, "seconds": {wordUnit, unitSecond},
	"m": {wordUnit, unitMinute}, "min": {wordUnit, unitMinute}, "mins": {wordUnit, unitMinute}, "minute": {wordUnit, unitMinute}, "minutes": {wordUnit, unitMinute},
	"h": {wordUnit, unitHour}, "hr": {wordUnit, unitHour}, "hrs": {wordUnit, unitHour}, "hour": {wordUnit, unitHour}, "hours": {wordUnit, unitHour},
	"d": {wordUnit, unitDay}, "day": {wordUnit, unitDay}, "days": {wordUnit, unitDay},
	"w": {wordUnit, unitWeek}, "week": {wordUnit, unitWeek}, "weeks": {wordUnit, unitWeek},
	"mon": {wordUnit, unitMonth}, "mons": {wordUnit, unitMonth}, "month": {wordUnit, unitMonth}, "months": {wordUnit, unitMonth},
	"qtr": {wordUnit, unitQuarter}, "quarter": {wordUnit, unitQuarter},
	"y": {wordUnit, unitYear}, "yr": {wordUnit, unitYear}, "yrs": {wordUnit, unitYear}, "year": {wordUnit, unitYear}, "years": {wordUnit, unitYear},
	"dec": {wordUnit, unitDecade}, "decs": {wordUnit, unitDecade}, "decade": {wordUnit, unitDecade}, "decades": {wordUnit, unitDecade},
	"c": {wordUnit, unitCentury}, "cent": {wordUnit, unitCentury}, "century": {wordUnit, unitCentury}, "centuries": {wordUnit, unitCentury},
	"mil": {wordUnit, unitMillennium}, "mils": {wordUnit, unitMillennium}, "millennia": {wordUnit, unitMillennium}, "millennium": {wordUnit, unitMillennium},
}

func lookWord(table map[string]word, s string) word {
	if len(s) > maxWordBytes {
		s = s[:maxWordBytes]
	}
	return table[s]
}
