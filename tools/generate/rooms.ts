import { ROOMS, type Room } from '../tidy/rooms.ts';

/** Folders that are not rooms: they look at everything from outside. */
const OUTSIDE = [
  ['tests', 'whole calls: real phones, real SDKs, a real browser'],
  ['bench', 'speed and memory, beside a floor or a peer'],
  ['tools', 'what is run by hand or by `npm run`, and what is held of the repository as a whole'],
];

/** The table of rooms for `docs/architecture.md`. */
export function roomTable(): string {
  const rows = ROOMS.map((room) =>
    row(`\`${room.folder}\``, room.job, room.machine ? '' : 'yes', mayImport(room)),
  );
  const outside = OUTSIDE.map(([folder, job]) =>
    row(`\`${folder}\``, job ?? '', '', 'everything, from outside'),
  );
  return [
    row('Room', 'Its one job', 'Pure', 'May import'),
    row('---', '---', '---', '---'),
    ...rows,
    ...outside,
  ].join('\n');
}

function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function mayImport({ imports, types = [], computing = [] }: Room): string {
  const names = (doors: string[]) => doors.map((door) => `\`${door}\``).join(', ');
  const parts = [
    imports.length > 0 ? names(imports) : 'nothing of ours',
    ...(types.length > 0 ? [`types of ${names(types)}`] : []),
    ...(computing.length > 0 ? [`what computes of ${names(computing)}`] : []),
  ];
  return parts.join('; ');
}
