/**
 * The numbers that can be ordered. In each area code of the United States these are the hundred numbers that
 * are reserved for fiction, 555-0100 to 555-0199 (ATIS-0300115), so none belongs to a real subscriber. The
 * numbers and their order never change.
 */
import { badRequest } from '../errors.ts';

/** Area codes by state (North American Numbering Plan). */
const AREA_CODES: Readonly<Record<string, string>> = {
  AL: '205 251 256 334 659 938',
  AK: '907',
  AZ: '480 520 602 623 928',
  AR: '327 479 501 870',
  CA: '209 213 279 310 323 341 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 747 760 805 818 820 831 858 909 916 925 949 951',
  CO: '303 719 720 970 983',
  CT: '203 475 860 959',
  DC: '202 771',
  DE: '302',
  FL: '239 305 321 352 386 407 448 561 656 689 727 754 772 786 813 850 863 904 941 954',
  GA: '229 404 470 478 678 706 762 770 912 943',
  HI: '808',
  ID: '208 986',
  IL: '217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872',
  IN: '219 260 317 463 574 765 812 930',
  IA: '319 515 563 641 712',
  KS: '316 620 785 913',
  KY: '270 364 502 606 859',
  LA: '225 318 337 504 985',
  ME: '207',
  MD: '227 240 301 410 443 667',
  MA: '339 351 413 508 617 774 781 857 978',
  MI: '231 248 269 313 517 586 616 734 810 906 947 989',
  MN: '218 320 507 612 651 763 952',
  MS: '228 601 662 769',
  MO: '314 417 557 573 636 660 816 975',
  MT: '406',
  NE: '308 402 531',
  NV: '702 725 775',
  NH: '603',
  NJ: '201 551 609 640 732 848 856 862 908 973',
  NM: '505 575',
  NY: '212 315 329 332 347 363 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934',
  NC: '252 336 472 704 743 828 910 919 980 984',
  ND: '701',
  OH: '216 220 234 283 326 330 380 419 436 440 513 567 614 740 937',
  OK: '405 539 572 580 918',
  OR: '458 503 541 971',
  PA: '215 223 267 272 412 445 484 570 582 610 717 724 814 835 878',
  RI: '401',
  SC: '803 821 839 843 854 864',
  SD: '605',
  TN: '423 615 629 731 865 901 931',
  TX: '210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 915 936 940 945 956 972 979',
  UT: '385 435 801',
  VT: '802',
  VA: '276 434 540 571 686 703 757 804 826 948',
  WA: '206 253 360 425 509 564',
  WV: '304 681',
  WI: '262 274 353 414 534 608 715 920',
  WY: '307',
};

/** Area codes of large cities, by the city's name in lower case. */
const CITIES: Readonly<Record<string, string>> = {
  atlanta: '404 470 678 770',
  austin: '512 737',
  boston: '617 857',
  chicago: '312 773 872',
  dallas: '214 469 972',
  denver: '303 720',
  houston: '281 346 713 832',
  'los angeles': '213 310 323 424 747 818',
  miami: '305 786',
  minneapolis: '612',
  'new york': '212 332 347 646 718 917 929',
  philadelphia: '215 267 445',
  phoenix: '480 602 623',
  portland: '503 971',
  'san diego': '619 858',
  'san francisco': '415 628',
  seattle: '206',
  washington: '202 771',
};

const TOLL_FREE = ['800', '833', '844', '855', '866', '877', '888'];
/** How many numbers each area code offers here. */
const NUMBERS_PER_AREA_CODE = 100;

export interface NumberSearch {
  AreaCode?: string;
  City?: string;
  State?: string;
  Country?: string;
  TollFreePrefix?: string;
  PhoneNumberType?: 'Local' | 'TollFree';
}

/** The number with its plus sign. */
export function e164(number: string): string {
  return number.startsWith('+') ? number : `+${number}`;
}

/** The type of a number that can be ordered here, or undefined if it cannot be ordered. */
export function offeredType(number: string): 'Local' | 'TollFree' | undefined {
  const areaCode = /^\+1(\d{3})55501\d\d$/.exec(number)?.[1];
  if (areaCode === undefined) return undefined;
  if (TOLL_FREE.includes(areaCode)) return 'TollFree';
  return stateCodes().includes(areaCode) ? 'Local' : undefined;
}

/**
 * Generates all matching numbers in order, each only when it is needed. Throws `ApiError` 400 for a search
 * that cannot match here.
 */
export function searchNumbers(search: NumberSearch): Iterable<string> {
  if (search.Country !== undefined && search.Country !== 'US') {
    throw badRequest(`Country "${search.Country}" has no numbers here; there are numbers in US`);
  }
  const tollFree = search.TollFreePrefix !== undefined || search.PhoneNumberType === 'TollFree';
  const codes = tollFree ? tollFreeCodes(search) : localCodes(search);
  return numbersOf([...codes].sort());
}

function* numbersOf(areaCodes: readonly string[]): Generator<string> {
  for (const areaCode of areaCodes) {
    for (let index = 0; index < NUMBERS_PER_AREA_CODE; index++) {
      yield `+1${areaCode}55501${String(index).padStart(2, '0')}`;
    }
  }
}

function tollFreeCodes(search: NumberSearch): string[] {
  if (search.PhoneNumberType === 'Local') throw badRequest('TollFreePrefix finds no Local numbers');
  if (search.AreaCode || search.City || search.State) {
    throw badRequest('Toll-free numbers have no AreaCode, City or State');
  }
  return search.TollFreePrefix ? [search.TollFreePrefix] : TOLL_FREE;
}

function localCodes({ AreaCode, City, State }: NumberSearch): string[] {
  const ofState = State ? (AREA_CODES[State.toUpperCase()]?.split(' ') ?? []) : stateCodes();
  const ofCity = City ? (CITIES[City.toLowerCase()]?.split(' ') ?? []) : ofState;
  return ofState.filter((code) => ofCity.includes(code) && (!AreaCode || code === AreaCode));
}

function stateCodes(): string[] {
  return Object.values(AREA_CODES).flatMap((codes) => codes.split(' '));
}
