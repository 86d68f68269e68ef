module instgenie.local/forward

go 1.24
