package server

// Version is the version of the program; the linker sets it.
var Version = "dev"
