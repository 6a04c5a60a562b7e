#!/usr/bin/perl
# Reads the sources as text and names, file and line, what breaks a rule of the house:
#   floors    an #include that looks up, or goes round a foreign library's door
#   circles   two headers that include each other
#   headers   a header that does not compile alone (asked of the compiler by the Makefile, see `make lint`)
#   words     functions that are banned, notes left open, script that writes markup
# Prints TAP, one line a rule, the findings under it.
use strict;
use warnings;

my @floors = ("data/base/", "data/geo/", "data/record/", "data/", "renderer/", "server/", "tests/");

sub floor_of {
    my ($path) = @_;
    for my $i (0 .. $#floors) {
        return $i if index($path, $floors[$i]) == 0 && ($floors[$i] ne "data/" || 1);
    }
    return scalar @floors;
}

# Foreign headers, and the files that may include them; server/cmd_version.c asks all of them for their version.
my @doors = (
    [qr{^(gdal|ogr_|cpl_|ogr|cpl)[\w/]*\.h$}, qr{^data/gdal}],
    [qr{^(sqlite3|spatialite)[\w/]*\.h$},     qr{^data/(spatialite/|tileset|gdal)}],
    [qr{^jansson\.h$},                       qr{^data/base/json\.c$}],
    [qr{^pango/},                            qr{^renderer/text}],
    [qr{^fribidi},                           qr{^renderer/text}],
    [qr{^librsvg/},                          qr{^renderer/icon}],
    [qr{^(png|webp/.*)\.h$},                 qr{^renderer/(en|de)code}],
    [qr{^(jpeglib|jerror)\.h$},              qr{^renderer/(en|de)code}],
    [qr{^sodium\.h$},                        qr{^data/base/(?:hash|secret)\.c$|^server/session}],
    [qr{^microhttpd\.h$},                    qr{^server/http}],
    [qr{^cairo.*\.h$},                       qr{^renderer/}],
    [qr{^libdeflate\.h$},                    qr{^data/base/(buf|deflate)\.c$|^renderer/encode}],
    [qr{^seccomp\.h$},                       qr{^data/(gdal|sandbox)}],
);
my $open = join "|", map { join "", @$_ } ["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["HA", "CK"];
my @banned = (
    [qr{\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|gets|alloca|localtime|gmtime)\s*\(}, "banned call"],
    [qr{\bfmt\s*\([^;]*%[-+0-9.]*[fgeG]\b}, "a number written by the locale's rules"],
    [qr{\b($open)\b}, "left open"],
);

my @files = grep { -f } split /\n/, `git ls-files -co --exclude-standard -- '*.c' '*.h' '*.def' '*.js' '*.mjs' '*.sql'`;
my (%found, %includes);
my @rules = ("floors: nothing looks up", "doors: each foreign library has one", "circles: no two headers include each other",
    "words: no banned call, nothing left open", "script: no markup out of strings", "sql: no statement pasted together");

for my $path (@files) {
    open my $in, '<', $path or die "$path: $!";
    my $floor = floor_of($path);
    while (my $line = <$in>) {
        my $at = "$path:$.";
        if ($path =~ /\.[ch]$/ && $line =~ /^\s*#\s*include\s+"([^"]+)"/) {
            my $to = $1;
            $includes{$path}{$to} = $at;
            push @{ $found{ $rules[0] } }, "$at includes $to, a floor above" if floor_of($to) > $floor;
            push @{ $found{ $rules[0] } }, "$at includes $to, which is not written from the root" unless -f $to;
        }
        if ($path =~ /\.[ch]$/ && $path !~ m{^tests/} && $line =~ /^\s*#\s*include\s+<([^>]+)>/) {
            my $to = $1;
            for my $door (@doors) {
                push @{ $found{ $rules[1] } }, "$at includes <$to> past its door"
                    if $to =~ $door->[0] && $path !~ $door->[1] && $path ne "server/cmd_version.c";
            }
        }
        my $code = $line;
        $code =~ s{"(?:[^"\\]|\\.)*"}{""}g if $path =~ /\.[ch]$/;
        for my $ban (@banned) {
            my $where = $ban->[1] eq "a number written by the locale's rules" ? $line : $code;
            $where = $line if $ban->[1] eq "left open";
            push @{ $found{ $rules[3] } }, "$at: $ban->[1]: $1" if $path !~ m{^tests/lint/} && $where =~ $ban->[0];
        }
        if ($path =~ m{^server/web/.*\.js$}) {
            push @{ $found{ $rules[4] } }, "$at: $1"
                if $line =~ /\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function)/;
        }
        push @{ $found{ $rules[5] } }, "$at: SQL goes through bound values"
            if $path =~ /\.c$/ && $line =~ /(?:snprintf|buf_fmt|sqlite3_mprintf)\s*\([^;]*"\s*(?:SELECT|INSERT|UPDATE|DELETE)\b/;
    }
    close $in;
}
for my $header (grep { /\.h$/ } keys %includes) {
    my @todo = ([$header]);
    my %seen;
    while (my $chain = shift @todo) {
        for my $to (sort keys %{ $includes{ $chain->[-1] } || {} }) {
            if ($to eq $header) {
                push @{ $found{ $rules[2] } }, join(" → ", @$chain, $to);
            }
            next if $seen{$to}++;
            push @todo, [@$chain, $to];
        }
    }
}

print "1..", scalar @rules, "\n";
my $bad = 0;
for my $i (0 .. $#rules) {
    my $list = $found{ $rules[$i] } || [];
    print @$list ? "not ok " : "ok ", $i + 1, " - $rules[$i]\n";
    print "# $_\n" for @$list;
    $bad += @$list;
}
exit($bad ? 1 : 0);
