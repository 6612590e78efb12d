#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# check.sh WORKDIR DASHBOARD...: each is a Dashboard by Grafana's own schema, the npm package
# @grafana/schema. Its enumerations are types of TypeScript; in JSON their values are plain strings.

set -euo pipefail
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
work=$1
shift
mkdir -p "$work"
cp "$here/package.json" "$work/"
number=0
{
    echo 'import type { Dashboard } from "@grafana/schema";'
    # shellcheck disable=SC2016 # TypeScript
    echo 'type Plain<T> = T extends string ? `${T}`
        : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;'
    for dashboard in "$@"; do
        number=$((number + 1))
        echo "export const dashboard$number: Plain<Dashboard> = $(<"$dashboard");"
    done
} >"$work/check.ts"
cd "$work"
cat >tsconfig.json <<'END'
{"compilerOptions": {"strict": true, "noEmit": true, "skipLibCheck": true, "module": "esnext",
    "moduleResolution": "bundler", "target": "es2020", "types": []}, "files": ["check.ts"]}
END
[ -d node_modules/typescript ] ||
    npm install --no-package-lock --no-audit --no-fund --loglevel=error
npx tsc -p .
