/** One figure of the benchmark. */
export interface Figure {
  section: string;
  what: string;
  value: number | string;
  unit: string;
  /** What the figure is compared with: a peer's or a lower bound's figure of the same run, or our aim. */
  beside?: string;
  /** Cores that were busy with other things during the measurement. */
  foreignCores?: number;
}

const round = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);

/** Prints figures as a table for a person. */
export function printTable(figures: readonly Figure[]): void {
  const rows = figures.map((figure) => [
    figure.what,
    typeof figure.value === 'number' ? round(figure.value) : figure.value,
    figure.unit,
    figure.beside ?? '',
    figure.foreignCores === undefined ? '' : figure.foreignCores.toFixed(2),
  ]);
  const head = ['what', 'value', 'unit', 'beside', 'other load (cores)'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  let section = '';
  console.log(line(head));
  for (const [index, row] of rows.entries()) {
    const figure = figures[index] as Figure;
    if (figure.section !== section) {
      section = figure.section;
      console.log(`\n${section}`);
    }
    console.log(line(row));
  }
}

const shown = ({ value, unit }: Figure): string =>
  `${typeof value === 'number' ? round(value) : value} ${unit}`.trim();

/** The figures as tables for `docs/performance.md`, one for each section. */
export function markdownTables(figures: readonly Figure[]): string {
  const sections = [...new Set(figures.map(({ section }) => section))];
  return sections
    .map((section) => {
      const own = figures.filter((figure) => figure.section === section);
      const load = own.map(({ foreignCores }) => foreignCores ?? 0);
      const rows = own.map((figure) => `| ${figure.what} | ${shown(figure)} | ${figure.beside ?? ''} |`);
      const head = `${section}. Other load up to ${Math.max(...load).toFixed(2)} cores.`;
      return `${head}\n\n| What | Measured | Beside |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
    })
    .join('\n');
}
