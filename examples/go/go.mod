module suit-gauntlet-example

go 1.19
